using System.Text.Json;
using Headgate.Contracts.Pipelines;
using Headgate.JobCoordinator.Access.Callers;
using Headgate.JobCoordinator.Calls;
using Headgate.JobCoordinator.Calls.Pipelines;
using Headgate.JobCoordinator.Calls.Repairs;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Pipelines;
using Headgate.JobCoordinator.Reading;
using Headgate.Relay.V1;
using Headgate.V1;
using Npgsql;
using JobKind = Headgate.Contracts.Runs.JobKind;

namespace Headgate.JobCoordinator.Diffs;

/// <summary>Looks up what a comparison is about, and refuses what cannot be.</summary>
sealed class DiffScopes(CoordinatorState state, ObjectNames names, DiffMappings mappings, RepairLogs logs)
{
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: by the request alone.</exception>
    public static void Check(DiffJobRequest request)
    {
        if (request.Keys.Count > AskedRepair.MostKeys)
            throw CallErrors.Invalid(("keys", $"There are {request.Keys.Count:N0}: expected at most {AskedRepair.MostKeys:N0}."));
        if (request.Keys.Count > 0 && request.Object.Length == 0) throw CallErrors.Invalid(("object", "Not set: keys are those of an object."));
    }

    /// <param name="job">Whose records.</param>
    /// <param name="request">With the job's id, and without a token.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="Grpc.Core.RpcException">What RecordService says of DiffJob.</exception>
    public async Task<DiffScope> FindAsync(JobRow job, DiffJobRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var written = await names.OfAsync(job.Id, cancellationToken);
        var chosen = request.Object.Length == 0 ? (int?)null : ObjectNames.NumberOf(request.Object, written);
        var (pipeline, version) = await mappings.FindAsync(job, request.File, caller, cancellationToken);
        var mapped = Mapped(written, pipeline);
        if (chosen is { } only && mapped.All(each => each.Number != only))
            throw CallErrors.Invalid(("object", $"{request.Object} is not mapped: expected one of {string.Join(", ", mapped.Select(each => each.Name))}."));
        if (mapped.Count == 0)
            throw PipelineRefusals.NothingRecorded(job.Id, job.State, $"Job {job.Id} wrote to none of the tables that are mapped: there is nothing to compare with.");
        if (request.Fields.Count > 0 && chosen is null && mapped.Count > 1)
            throw CallErrors.Invalid(("object", $"The mapping has {mapped.Count:N0} objects of the job: expected the one that fields are of."));
        var meant = mapped.Where(each => (chosen ?? each.Number) == each.Number).ToList();
        var work = new DiffWork
        {
            JobId = job.Id.ToString(),
            PipelineId = job.PipelineId.ToString(),
            Pipeline = JsonSerializer.Serialize(pipeline, PipelineJson.Options),
            Request = new DiffJobRequest(request) { File = null },
            Objects = { meant },
            Repeats = await IsRepeatingAsync(job, cancellationToken),
        };
        if (request.Keys.Count > 0) await NormalizeAsync(job, work, cancellationToken);
        return new DiffScope(work, mapped.Count == written.Count, version);
    }

    static List<MappedObject> Mapped(IReadOnlyDictionary<int, string> written, PipelineDefinition pipeline)
    {
        var now = pipeline.Objects.Index().Where(each => each.Item.Include).ToDictionary(each => QualifiedName.Parse(each.Item.To), each => each.Index);
        var mapped = new List<MappedObject>();
        foreach (var (number, name) in written.OrderBy(each => each.Key))
        {
            if (QualifiedName.TryParse(name, out var table) && now.TryGetValue(table, out var at))
                mapped.Add(new MappedObject { Number = number, Name = name, Mapped = at });
        }

        return mapped;
    }

    /// <summary>
    /// Whether a record may stand in the log more than once: several attempts have written, an object was read again in one, or a rollback has undone
    /// several writes of one record.
    /// </summary>
    async Task<bool> IsRepeatingAsync(JobRow job, CancellationToken cancellationToken)
    {
        if (job.Attempt > 1 || job.Kind is JobKind.Rollback) return true;
        await using var command = state.Source.CreateCommand(
            """
            select exists (select from coordinator.job_segment where job_id = $1 and state = 'Abandoned')
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = job.Id });
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Keys as the log spells them; which fields they have is the log's to say.</summary>
    async Task NormalizeAsync(JobRow job, DiffWork work, CancellationToken cancellationToken)
    {
        var (number, name) = (work.Objects[0].Number, work.Objects[0].Name);
        var keys = await logs.AskAsync(
            job,
            async log =>
            {
                var logged = (await log.DescribeAsync(job.Id, cancellationToken)).SingleOrDefault(each => each.ObjectNo == number)
                    ?? throw RepairRefusals.Nothing(job, $"it has written nothing of {name}");
                var table = new RepairedTable(number, "", name, IsReplaced: false);
                var found = await RepairChoice.KeysAsync(work.Request.Keys, table, logged, log, cancellationToken);
                return found.Select(key => logged.KeyFields.Select(field => field.Name).Zip(key)).ToList();
            },
            cancellationToken);
        work.Request.Keys.Clear();
        foreach (var key in keys) work.Request.Keys.Add(new RecordKey { Values = { key.ToDictionary(field => field.First, field => field.Second) } });
    }
}
