using Headgate.Connectors.Repairs;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Repairs;
using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Jobs;
using Headgate.JobCoordinator.Pipelines;
using Headgate.JobCoordinator.Reading;
using Npgsql;

namespace Headgate.JobCoordinator.Calls.Repairs;

/// <summary>
/// Looks up what a repair is about, and refuses what cannot be: a job that still writes, one of which nothing is recorded, objects, fields and
/// keys that it does not have.
/// </summary>
sealed class RepairScopes(CoordinatorState state, JobFinder finder, PipelineStore store, RepairLogs logs)
{
    /// <exception cref="Grpc.Core.RpcException">What RecordService says of RollbackJob and ReplayJob, but for what is about runs.</exception>
    public async Task<RepairScope> FindAsync(AskedRepair asked, string? project, CancellationToken cancellationToken)
    {
        CheckRequest(asked);
        var (job, _) = await finder.FindAsync(asked.Job, project, cancellationToken);
        if (job.Launched is null) throw RepairRefusals.Nothing(job, "it has written nothing");
        if (!IsThrough(job.State)) throw RepairRefusals.NotEnded(job);
        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        var (writer, isPurged) = await RecordedAsync(connection, job, cancellationToken);
        if (isPurged) throw RepairRefusals.Nothing(job, "the pipeline's retention.changes is over");
        var pipeline = (await PipelineQueries.ByIdsAsync(connection, [job.PipelineId], cancellationToken))[0];
        if (pipeline.Deleted is not null) throw RepairRefusals.Deleted(pipeline);

        var tables = await TablesAsync(connection, job.Id, cancellationToken);
        var chosen = asked.Object.Length == 0 ? null : RepairChoice.Table(asked.Object, tables);
        if (chosen is null && tables.Count > 1 && (asked.Fields.Count > 0 || asked.Keys.Count > 0))
            throw CallErrors.Invalid(("object", $"The job has {tables.Count:N0} objects: expected the one that fields and keys are of."));
        IReadOnlyList<RepairedTable> meant = chosen is null ? tables : [chosen];
        if (asked.Kind == JobKind.Rollback && meant.Count > 0 && meant.All(table => table.IsReplaced))
            throw RepairRefusals.Nothing(job, "it loaded new tables in the place of those before, and those are not put back by a rollback");
        if (asked.Kind == JobKind.Rollback) await RefuseTakenAsync(connection, job, meant, project, cancellationToken);

        var scope = new RepairScope
        {
            Job = job,
            Pipeline = pipeline,
            Writer = writer,
            Tables = meant,
            Repair = new RepairOf { JobId = job.Id, Object = chosen?.Destination, Fields = asked.Fields, HasKeys = asked.Keys.Count > 0 },
            Log = new LogQuery { JobId = job.Id, ObjectNo = chosen?.ObjectNo },
        };
        if (asked.Kind == JobKind.Replay) scope = await WithMappingAsync(scope, cancellationToken);
        return asked.Fields.Count == 0 && asked.Keys.Count == 0 ? scope : await WithChoiceAsync(asked, scope, cancellationToken);
    }

    static void CheckRequest(AskedRepair asked)
    {
        if (asked.Keys.Count > AskedRepair.MostKeys)
            throw CallErrors.Invalid(("keys", $"There are {asked.Keys.Count:N0}: expected at most {AskedRepair.MostKeys:N0}."));
        var twice = asked.Fields.Index().FirstOrDefault(field => asked.Fields.Take(field.Index).Contains(field.Item));
        if (twice.Item is not null) throw CallErrors.Invalid(($"fields[{twice.Index}]", "It is named twice."));
    }

    static bool IsThrough(string state) => state is nameof(SyncJobStateMachine.Collecting) || JobStates.Ended.Contains(state);

    static async Task<(string? Writer, bool IsPurged)> RecordedAsync(NpgsqlConnection connection, JobRow job, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select destination_role, log_purged_at is not null from coordinator.sync_job where job_id = $1", connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = job.Id });
        return (await command.ListAsync(row => (row.Text(0), row.GetBoolean(1)), cancellationToken)).Single();
    }

    static async Task<IReadOnlyList<RepairedTable>> TablesAsync(NpgsqlConnection connection, Guid job, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
             select object_no, source, destination, replaced, {TargetClaims.IsUnwritten}
             from coordinator.job_object o where job_id = $1 order by object_no
             """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = job });
        return await command.ListAsync(
            row => new RepairedTable(row.GetInt32(0), row.GetString(1), row.GetString(2), row.GetBoolean(3), row.GetBoolean(4)), cancellationToken);
    }

    // The launch would fail for it, and the rollback then stand in the pipeline's way.
    async Task RefuseTakenAsync(
        NpgsqlConnection connection, JobRow job, IReadOnlyList<RepairedTable> tables, string? project, CancellationToken cancellationToken)
    {
        var destination = await store.DestinationAsync(job.PipelineId, job.PipelineVersion, cancellationToken);
        var written = new AppliedPipeline(job.PipelineId, $"{job.Project}/{job.Pipeline}", job.PipelineVersion, IsNew: false);
        string[] targets = [.. tables.Where(table => !table.IsReplaced && !table.IsUnwritten).Select(table => table.Name?.ToSql()).OfType<string>()];
        if (await TargetClaims.TakenAsync(connection, written, ArmedDestinations.Reference(destination), targets, cancellationToken) is { } taken)
            throw RepairRefusals.TableTaken(job, taken, project);
    }

    // By what its fields and keys are called where they were logged.
    async Task<RepairScope> WithChoiceAsync(AskedRepair asked, RepairScope scope, CancellationToken cancellationToken)
    {
        var table = scope.Tables.Count > 0 ? scope.Tables[0] : throw RepairRefusals.Nothing(scope.Job, "it has no objects");
        return await logs.AskAsync(
            scope.Job,
            async log =>
            {
                var logged = (await log.DescribeAsync(scope.Job.Id, cancellationToken)).SingleOrDefault(each => each.ObjectNo == table.ObjectNo)
                    ?? throw RepairRefusals.Nothing(scope.Job, $"it has written nothing of {table.Destination}");
                var fields = RepairChoice.Fields(asked.Fields, table, logged);
                var keys = asked.Keys.Count == 0 ? null : await RepairChoice.KeysAsync(asked.Keys, table, logged, log, cancellationToken);
                return scope with
                {
                    Log = scope.Log with { ObjectNo = table.ObjectNo, Fields = fields, Keys = keys },
                    KeysOf = asked.Kind == JobKind.Rollback ? table.ObjectNo : scope.KeysOf,
                };
            },
            cancellationToken);
    }

    // A replay has the objects of the file in force that write to the same tables, by the same keys: the number of an object is its place there.
    async Task<RepairScope> WithMappingAsync(RepairScope scope, CancellationToken cancellationToken)
    {
        var file = await store.DefinitionAsync(scope.Pipeline.Id, scope.Pipeline.Version, cancellationToken);
        var now = file.Objects.Index().Where(each => each.Item.Include).ToDictionary(each => QualifiedName.Parse(each.Item.To));
        var mapped = scope.Tables.Where(table => table.Name is { } name && now.ContainsKey(name)).ToList();
        if (mapped.Count == 0)
        {
            var what = scope.Repair.Object is { } one ? $"object {one} is not" : "none of its objects is";
            throw RepairRefusals.NotMapped(scope.Job, scope.Pipeline, $"{what} written by the file in force");
        }

        var logged = await logs.AskAsync(scope.Job, log => log.DescribeAsync(scope.Job.Id, cancellationToken), cancellationToken);
        foreach (var table in mapped)
        {
            if (logged.SingleOrDefault(each => each.ObjectNo == table.ObjectNo) is not { } known) continue;
            var (before, key) = (known.KeyFields.Select(field => field.Name), now[table.Name!.Value].Item.Key);
            if (!before.Order(StringComparer.Ordinal).SequenceEqual(key.Order(StringComparer.Ordinal)))
                throw RepairRefusals.KeysChanged(scope.Job, table, before, key);
        }

        return scope with { Tables = mapped, KeysOf = now[mapped[0].Name!.Value].Index };
    }
}
