using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Headgate.Cli.Tests.Running;
using Headgate.V1;
using CancelJobs = Headgate.V1.OperateJobsRequest.Types.Cancel;

namespace Headgate.Cli.Tests;

/// <summary>Each verb sends what was typed, and every field of every request can be said.</summary>
public sealed class VerbTests : CliTest
{
    const string Key = "--idempotency-key k1 --reason why";

    static readonly PipelineReference Contacts = new() { Project = "crm", Name = "contacts" };
    static readonly JobReference Active = new() { Pipeline = Contacts };
    static readonly JobReference ById = new() { Id = Examples.JobId };
    static readonly Timestamp Morning = Timestamp.FromDateTimeOffset(new DateTimeOffset(2026, 1, 31, 8, 0, 0, TimeSpan.Zero));
    static readonly PipelineFile File = new() { Name = "p.yaml", Text = "kind: Pipeline\n" };

    static readonly Dictionary<string, IMessage> Typed = new()
    {
        [$"apply -f p.yaml --expected-version 0 --validate-only {Key}"] = Sent(new ApplyPipelineRequest
        {
            Files = { new ApplyPipelineRequest.Types.File { File_ = File, ExpectedVersion = 0 } },
            ValidateOnly = true,
        }),
        ["pipelines show contacts --file-version 3"] = new GetPipelineRequest { Pipeline = Contacts, Version = 3 },
        ["pipelines --state paused,failed --name contacts --page-size 5 --page-token t"] = new ListPipelinesRequest
        {
            Project = "crm",
            States = { PipelineState.Paused, PipelineState.Failed },
            Name = "contacts",
            PageSize = 5,
            PageToken = "t",
        },
        ["pipelines list --all-projects"] = new ListPipelinesRequest(),
        [$"pipelines pause contacts {Key}"] = Sent(new PausePipelineRequest { Pipeline = Contacts }),
        [$"pipelines enable billing/invoices {Key}"] = Sent(new EnablePipelineRequest { Pipeline = new PipelineReference { Project = "billing", Name = "invoices" } }),
        [$"pipelines delete {Examples.PipelineId} --discard-active-job --yes {Key}"] = Sent(new DeletePipelineRequest
        {
            Pipeline = new PipelineReference { Id = Examples.PipelineId },
            DiscardActiveJob = true,
        }),
        [$"schedule pause contacts {Key}"] = Sent(new PauseScheduleRequest { Pipeline = Contacts }),
        [$"schedule resume contacts {Key}"] = Sent(new ResumeScheduleRequest { Pipeline = Contacts }),
        [$"sync contacts --cancel-active --confirm-full-load --trigger-detail dag-7 {Key}"] = Sent(new SyncNowRequest
        {
            Pipeline = Contacts,
            OnActiveJob = OnActiveJob.CancelAndStart,
            ConfirmFullLoad = true,
            TriggerDetail = "dag-7",
        }),
        ["sync contacts --validate-only"] = new SyncNowRequest { Pipeline = Contacts, OnActiveJob = OnActiveJob.Refuse, ValidateOnly = true },
        [$"resync contacts --drop-and-load --yes {Key}"] = Sent(new ResyncPipelineRequest { Pipeline = Contacts, DropAndLoad = true }),
        [$"resync contacts --confirm-full-load --yes {Key}"] = Sent(new ResyncPipelineRequest { Pipeline = Contacts, ConfirmFullLoad = true }),
        ["resync contacts --validate-only"] = new ResyncPipelineRequest { Pipeline = Contacts, ValidateOnly = true },
        [$"dry-run contacts --sample-size 7 {Key}"] = Sent(new DryRunRequest { Pipeline = Contacts, SampleSize = 7 }),
        [$"dry-run -f p.yaml {Key}"] = Sent(new DryRunRequest { File = File }),
        [$"dry-run contacts --where id>1 --all {Key}"] = Sent(new DryRunRequest { Pipeline = Contacts, Filter = "id>1", All = true }),
        [$"jobs --pipeline contacts --state processing --state paused --kind dry-run --request-id {Examples.RequestId} --since 2026-01-31T08:00Z --until 2026-01-31T08:00Z --deleted --page-size 5 --page-token t"] =
            new ListJobsRequest
            {
                View = JobView.Basic,
                PageSize = 5,
                PageToken = "t",
                Filter = new JobFilter
                {
                    Project = "crm",
                    Pipeline = "contacts",
                    States = { JobState.Processing, JobState.Paused },
                    Kinds = { JobKind.DryRun },
                    RequestId = Examples.RequestId,
                    CreatedSince = Morning,
                    CreatedUntil = Morning,
                    IncludeDeleted = true,
                },
            },
        ["jobs --stops --pipeline contacts --mode force --since 2026-01-31T08:00Z --until 2026-01-31T08:00Z --last 3"] = new GetStopsRequest
        {
            Project = "crm",
            Pipeline = "contacts",
            Mode = CancelMode.Force,
            Since = Morning,
            Until = Morning,
            Last = 3,
        },
        ["jobs show contacts"] = new GetJobRequest { Job = Active },
        [$"pause contacts {Key}"] = Sent(new PauseJobRequest { Job = Active }),
        [$"resume contacts --pass-guards {Key}"] = Sent(new ResumeJobRequest { Job = Active, PassGuards = true }),
        [$"cancel request:{Examples.RequestId} --force --accept-in-doubt --pause-schedule {Key}"] = Sent(new CancelJobRequest
        {
            Job = new JobReference { RequestId = Examples.RequestId },
            Mode = CancelMode.Force,
            AcceptInDoubt = true,
            PauseSchedule = true,
        }),
        [$"cancel contacts --yes {Key}"] = Sent(new CancelJobRequest { Job = Active, Mode = CancelMode.Graceful, PauseFirst = true }),
        [$"restart contacts {Key}"] = Sent(new RestartJobRequest { Job = Active }),
        [$"discard contacts --accept-in-doubt --yes {Key}"] = Sent(new DiscardJobRequest { Job = Active, AcceptInDoubt = true }),
        [$"abandon contacts --yes {Key}"] = Sent(new AbandonJobRequest { Job = Active }),
        [$"delete id:{Examples.JobId} {Key}"] = Sent(new DeleteJobRequest { Job = ById }),
        [$"rate contacts -n 0 {Key}"] = Sent(new SetJobRateRequest { Job = Active, MaxRowsPerSecond = 0 }),
        [$"cancel --state processing --yes --pause-schedule {Key}"] = Sent(new OperateJobsRequest
        {
            Filter = new JobFilter { Project = "crm", States = { JobState.Processing } },
            Cancel = new CancelJobs { Mode = CancelMode.Graceful, PauseFirst = true, PauseSchedule = true },
        }),
        [$"pause id:{Examples.JobId} --validate-only"] = new OperateJobsRequest
        {
            Selection = new OperateJobsRequest.Types.Selection { Ids = { Examples.JobId } },
            Pause = new(),
            ValidateOnly = true,
        },
        ["resume --all-projects --pass-guards --validate-only"] = new OperateJobsRequest { Filter = new JobFilter(), Resume = new() { PassGuards = true }, ValidateOnly = true },
        ["restart --state failed --validate-only"] = Of(JobState.Failed, request => request.Restart = new()),
        ["discard --state failed --accept-in-doubt --validate-only"] = Of(JobState.Failed, request => request.Discard = new() { AcceptInDoubt = true }),
        ["abandon --state canceling --validate-only"] = Of(JobState.Canceling, request => request.Abandon = new()),
        ["delete --state canceled --validate-only"] = Of(JobState.Canceled, request => request.Delete = new()),
        ["rate -n 500 --state processing --validate-only"] = Of(JobState.Processing, request => request.SetRate = new() { MaxRowsPerSecond = 500 }),
        [@"changes contacts --object public.contacts --key id=5,tenant=a\,b --field email --operation delete --attempt 2 --limit 9 --present"] = new ListChangesRequest
        {
            Job = ById,
            Object = "public.contacts",
            Key = new RecordKey { Values = { ["id"] = "5", ["tenant"] = "a,b" } },
            Field = "email",
            Operation = ChangeOperation.Delete,
            Attempt = 2,
            Limit = 9,
            Present = true,
        },
        ["rejected contacts --object public.contacts --attempt 2 --page-size 5 --page-token t"] = new ListRejectedRequest
        {
            Job = Active,
            Object = "public.contacts",
            Attempt = 2,
            PageSize = 5,
            PageToken = "t",
        },
        ["in-doubt contacts --object public.contacts --state not-written --page-size 5 --page-token t"] = new ListInDoubtRequest
        {
            Job = Active,
            Object = "public.contacts",
            State = DoubtState.NotWritten,
            PageSize = 5,
            PageToken = "t",
        },
        ["diff contacts -f p.yaml --object public.contacts --field email,name --key id=5 --key id=6 --include-equal"] = new DiffJobRequest
        {
            Job = ById,
            File = File,
            Object = "public.contacts",
            Fields = { "email", "name" },
            Keys = { KeyOf("5"), KeyOf("6") },
            IncludeEqual = true,
        },
        [$"rollback contacts --object public.contacts --field email --key id=5 --yes {Key}"] = Sent(new RollbackJobRequest
        {
            Job = Active,
            Object = "public.contacts",
            Fields = { "email" },
            Keys = { KeyOf("5") },
        }),
        ["rollback contacts --validate-only"] = new RollbackJobRequest { Job = Active, ValidateOnly = true },
        [$"replay contacts --object public.contacts --key id=5 --yes {Key}"] = Sent(new ReplayJobRequest { Job = Active, Object = "public.contacts", Keys = { KeyOf("5") } }),
        ["replay contacts --validate-only"] = new ReplayJobRequest { Job = Active, ValidateOnly = true },
        ["recover contacts"] = new GetRecoveryRequest { Job = Active },
        ["usage --pipeline contacts --since 2026-01-31T08:00Z --until 2026-01-31T08:00Z --page-size 5 --page-token t"] =
            new GetUsageRequest { Project = "crm", Pipeline = "contacts", Since = Morning, Until = Morning, PageSize = 5, PageToken = "t" },
        ["events --type BackupCompleted --subject crm-db --id e1 --since 2026-01-31T08:00Z --until 2026-01-31T08:00Z --page-size 5 --page-token t"] =
            new ListUpstreamEventsRequest
            {
                Project = "crm",
                Type = "BackupCompleted",
                Subject = "crm-db",
                EventId = "e1",
                ReceivedSince = Morning,
                ReceivedUntil = Morning,
                PageSize = 5,
                PageToken = "t",
            },
        ["events --unmatched"] = new ListUpstreamEventsRequest { Unmatched = true },
        [$"keys create airflow --role viewer --expires 2030-01-31T08:00Z {Key}"] = Sent(new CreateApiKeyRequest
        {
            Name = "airflow",
            Role = Role.Viewer,
            Project = "crm",
            Expires = Timestamp.FromDateTimeOffset(new DateTimeOffset(2030, 1, 31, 8, 0, 0, TimeSpan.Zero)),
        }),
        [$"keys create root --role admin --all-projects {Key}"] = Sent(new CreateApiKeyRequest { Name = "root", Role = Role.Admin, AllProjects = true }),
        ["keys list --revoked --page-size 5 --page-token t"] = new ListApiKeysRequest { Project = "crm", IncludeRevoked = true, PageSize = 5, PageToken = "t" },
        [$"keys revoke {Examples.JobId} {Key}"] = Sent(new RevokeApiKeyRequest { Id = Examples.JobId }),
    };

    public static TheoryData<string> Lines() => [.. Typed.Keys];

    /// <summary>UNIMPLEMENTED is what the coordinator answers here, and that is told in one sentence.</summary>
    [Theory]
    [MemberData(nameof(Lines))]
    public async Task Verb_sends_what_was_typed_and_tells_what_is_not_there_yet(string line)
    {
        var path = Write("p.yaml", File.Text);
        if (NeedsTheJob(line)) Coordinator.On<GetJobRequest>(_ => new GetJobResponse { Job = Examples.Job(JobState.Canceled) });

        var result = await RunAsync(line.Replace("p.yaml", path, StringComparison.Ordinal).Split(' '));

        Assert.Equal($"{Typed[line]}", $"{Coordinator.Requests[^1]}".Replace(path, "p.yaml", StringComparison.Ordinal));
        Assert.Equal((1, "", "headgate: The coordinator does not do this yet.\n"), (result.ExitCode, result.Out, result.Error));
    }

    [Fact]
    public void Every_method_has_a_verb_and_every_field_an_option()
    {
        // What follows from something else than an option: the stream's own place, how much is shown, the job that a person was shown, and the
        // many ways to name a thing.
        string[] own = ["resume_token", "view", "active_job_id"];
        var watches = new[] { WatchJobRequest.Descriptor, WatchJobsRequest.Descriptor };
        foreach (var method in Methods.All().Where(method => !watches.Contains(method.InputType)))
        {
            var sent = Typed.Values.Where(request => request.Descriptor == method.InputType).ToList();
            var missing = method.InputType.Fields.InDeclarationOrder().Where(field => !own.Contains(field.Name) && !sent.Exists(request => Has(request, field)));
            Assert.True(sent.Count > 0 && !missing.Any(), $"{method.Name}: {string.Join(", ", missing.Select(field => field.Name))}");
        }
    }

    // These are streams, which stay with the job that was meant at first.
    static bool NeedsTheJob(string line) => line.StartsWith("changes", StringComparison.Ordinal) || line.StartsWith("diff", StringComparison.Ordinal);

    static bool Has(IMessage message, FieldDescriptor field) => field.IsRepeated
        ? ((System.Collections.ICollection)field.Accessor.GetValue(message)).Count > 0
        : field.HasPresence ? field.Accessor.HasValue(message) : !Equals(field.Accessor.GetValue(message), field.Accessor.GetValue(message.Descriptor.Parser.ParseFrom([])));

    static RecordKey KeyOf(string id) => new() { Values = { ["id"] = id } };

    static OperateJobsRequest Of(JobState state, Action<OperateJobsRequest> command)
    {
        var request = new OperateJobsRequest { Filter = new JobFilter { Project = "crm", States = { state } }, ValidateOnly = true };
        command(request);
        return request;
    }

    static IMessage Sent(IMessage command)
    {
        command.Descriptor.FindFieldByName("reason").Accessor.SetValue(command, "why");
        command.Descriptor.FindFieldByName("idempotency_key").Accessor.SetValue(command, "k1");
        return command;
    }
}
