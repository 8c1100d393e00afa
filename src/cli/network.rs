//! `fgctl vpc`, `fgctl subnet`, `fgctl security-group`: what a gateway is put into, and what a function may reach.

use super::error::CommandError;
use super::global::Context;
use super::options::List;
use crate::ui::{Column, Report};
use crate::wire::Listing;
use crate::wire::security_group::{ListSecurityGroups, SecurityGroup};
use crate::wire::subnet::{ListSubnets, Subnet};
use crate::wire::vpc::{ListVpcs, Vpc};
use clap::{Args, Subcommand};
use serde::Serialize;

#[derive(Debug, Subcommand)]
pub(super) enum Vpcs {
    /// List VPCs
    #[command(after_help = "Example:\n  fgctl vpc list")]
    List(List),
}

#[derive(Debug, Subcommand)]
pub(super) enum Subnets {
    /// List subnets
    #[command(after_help = "Example:\n  fgctl subnet list --vpc vpc-default")]
    List(SubnetList),
}

#[derive(Debug, Args)]
pub(super) struct SubnetList {
    /// Only those of this VPC, by its name or id
    #[arg(long)]
    vpc: Option<String>,
    #[command(flatten)]
    list: List,
}

#[derive(Debug, Subcommand)]
pub(super) enum SecurityGroups {
    /// List security groups
    #[command(after_help = "Example:\n  fgctl security-group list")]
    List(List),
}

pub(super) async fn vpcs(Vpcs::List(args): Vpcs, context: &Context) -> Result<(), CommandError> {
    let columns: &[Column<'_, Vpc>] = &[
        ("NAME", &|vpc| vpc.name.clone()),
        ("CIDR", &|vpc| vpc.cidr.clone()),
        ("ID", &|vpc| vpc.id.clone()),
    ];
    list(context, ListVpcs::default(), args.limit, columns).await
}

pub(super) async fn subnets(Subnets::List(args): Subnets, context: &Context) -> Result<(), CommandError> {
    let vpc_id = match &args.vpc {
        Some(vpc) => Some(context.app().await?.vpc(vpc).await?.id),
        None => None,
    };
    let first = ListSubnets {
        vpc_id,
        ..ListSubnets::default()
    };
    let columns: &[Column<'_, Subnet>] = &[
        ("NAME", &|subnet| subnet.name.clone()),
        ("CIDR", &|subnet| subnet.cidr.clone()),
        ("ID", &|subnet| subnet.id.clone()),
    ];
    list(context, first, args.list.limit, columns).await
}

pub(super) async fn security_groups(
    SecurityGroups::List(args): SecurityGroups,
    context: &Context,
) -> Result<(), CommandError> {
    let columns: &[Column<'_, SecurityGroup>] = &[
        ("NAME", &|group| group.name.clone()),
        ("DESCRIPTION", &|group| group.description.clone()),
        ("ID", &|group| group.id.clone()),
    ];
    list(context, ListSecurityGroups::default(), args.limit, columns).await
}

/// Shows all that is listed from `first` on. The first column is the name.
pub(super) async fn list<L: Listing>(
    context: &Context,
    first: L,
    limit: Option<usize>,
    columns: &[Column<'_, L::Item>],
) -> Result<(), CommandError>
where
    L::Item: Serialize,
{
    let items = context.app().await?.cloud().list(first, limit).await?;
    let name = |item: &L::Item| columns.first().map_or_else(String::new, |(_, text)| text(item));
    context.ui.show(&Report::list(&items, name, columns))?;
    Ok(())
}
