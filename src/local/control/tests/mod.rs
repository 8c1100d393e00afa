//! The control plane as a client sees it.
