complete --keep-order --exclusive --command fgctl --arguments "(COMPLETE=fish fgctl -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token))"
