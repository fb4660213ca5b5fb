//! Adds the ledger of the jobs.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("job_run")
                    .col(big_pk_auto("id"))
                    .col(text("job"))
                    .col(text("period"))
                    .col(text("state"))
                    .col(integer("attempts"))
                    .col(text_null("holder"))
                    .col(timestamp_with_time_zone_null("lease_until"))
                    .col(timestamp_with_time_zone_null("not_before"))
                    .col(timestamp_with_time_zone_null("started_at"))
                    .col(timestamp_with_time_zone_null("finished_at"))
                    .col(text_null("outcome"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("job_run_job_period")
                    .table("job_run")
                    .col("job")
                    .col("period")
                    .unique()
                    .to_owned(),
            )
            .await?;
        manager.create_index(Index::create().name("job_run_state").table("job_run").col("state").to_owned()).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("job_run").to_owned()).await?;
        Ok(())
    }
}
