using Grpc.Core;
using Headgate.JobCoordinator.Access.Errors;
using Headgate.JobCoordinator.Calls;
using Headgate.JobCoordinator.Database;
using Npgsql;

namespace Headgate.JobCoordinator.Access.Audit;

/// <summary>Writes what was asked for and what became of it; nothing of it is changed afterwards.</summary>
sealed partial class AuditTrail(CoordinatorState state, ILogger<AuditTrail> log)
{
    /// <summary>In the place of an outcome, of a call that is about to be executed.</summary>
    public const string Begun = "BEGUN";

    /// <summary>In the place of an outcome, of a job to whose command a repeat has brought the reason.</summary>
    public const string ReasonAdded = "REASON_ADDED";

    const string OfEach = "what became of each job";

    const int LongestText = 2000;

    public Task BeginAsync(AuditedCall call) => WriteAsync(call, Begun, [new Row(call.Project, call.Subject, Begun, Sentence: null)]);

    public Task EndAsync(AuditedCall call, StatusCode outcome, string? sentence) =>
        WriteAsync(call, CallErrors.Shown(outcome), [new Row(call.Project, call.Subject, CallErrors.Shown(outcome), sentence)]);

    /// <summary>That a call is about to command these jobs: a row for each, beside those of the call.</summary>
    public Task BeginAsync(AuditedCall call, IEnumerable<(Guid Id, string Project)> jobs) =>
        WriteAsync(call, Begun, [.. jobs.Select(job => new Row(job.Project, Subject(job.Id), Begun, Sentence: null))]);

    /// <summary>What became of a call's command to each of these jobs.</summary>
    public Task NoteAsync(AuditedCall call, IEnumerable<AuditedJob> jobs) =>
        WriteAsync(call, OfEach, [.. jobs.Select(job => new Row(job.Project, Subject(job.Id), job.Outcome, job.Sentence))]);

    static string Subject(Guid job) => $"job {job}";

    // Not with the caller's token: who hangs up is recorded as well.
    async Task WriteAsync(AuditedCall call, string outcome, IReadOnlyList<Row> rows)
    {
        if (rows.Count == 0) return;
        try
        {
            await using var command = state.Source.CreateCommand(
                """
                insert into coordinator.audit (call_id, actor, key_id, method, reason, operation, project, subject, outcome, sentence)
                select $1, $2, $3, $4, $5, $6, r.* from unnest($7, $8, $9, $10) r
                """);
            command.Parameters.AddWithValue(call.Id);
            command.Parameters.AddWithValue(call.Caller.Name);
            command.Parameters.Add(new NpgsqlParameter<Guid?> { TypedValue = call.Caller.KeyId });
            command.Parameters.AddWithValue(call.Method);
            command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = Storable(call.Reason) });
            command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = call.Operation?.ToString() });
            foreach (var column in (IEnumerable<Func<Row, string?>>)[row => row.Project, row => row.Subject, row => row.Outcome, row => row.Sentence])
                command.Parameters.Add(new NpgsqlParameter<string?[]> { TypedValue = [.. rows.Select(column).Select(Storable)] });
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (NpgsqlException error)
        {
            // Only what passes is worth another try: a statement that is refused would be refused again.
            var code = CallErrors.IsPassing(error) ? StatusCode.Unavailable : StatusCode.Internal;
            LogNotWritten(call.Method, outcome, error.GetType().Name, error.SqlState, CallErrors.Shown(code));
            throw CallErrors.Error(code, outcome == Begun
                ? "The command could not be recorded, and was not executed."
                : "What became of the command could not be recorded. It may have taken effect: repeat it with the same idempotency_key.");
        }
    }

    static string? Storable(string? text) => string.IsNullOrEmpty(text) ? null : text.Replace('\0', ' ').Shortened(LongestText);

    sealed record Row(string? Project, string? Subject, string Outcome, string? Sentence);
}
