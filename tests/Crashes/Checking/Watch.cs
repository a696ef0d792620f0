using Npgsql;

namespace Headgate.Crashes.Tests.Checking;

/// <summary>Keeps what a job's row has shown, since the row itself only shows the latest.</summary>
static class Watch
{
    public static async Task InstallAsync(NpgsqlDataSource state)
    {
        await using var command = state.CreateCommand(
            """
            create schema if not exists watch;
            create table if not exists watch.shown (
                seq bigint generated always as identity primary key, job_id uuid not null, state text not null, attempt int not null,
                epoch int not null, written bigint not null, launched boolean not null, at timestamptz not null default clock_timestamp());
            create or replace function watch.keep() returns trigger language plpgsql as $$
            begin
                if tg_op = 'INSERT' or (old.state, old.attempt, old.epoch) is distinct from (new.state, new.attempt, new.epoch) then
                    insert into watch.shown (job_id, state, attempt, epoch, written, launched)
                    values (new.job_id, new.state, new.attempt, new.epoch, new.written, new.request_id is not null);
                end if;
                return null;
            end $$;
            create or replace trigger kept after insert or update on coordinator.sync_job
                for each row execute function watch.keep();
            """);
        await command.ExecuteNonQueryAsync();
    }
}
