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

    const int LongestText = 2000;

    public Task BeginAsync(AuditedCall call) => WriteAsync(call, Begun, sentence: null);

    public Task EndAsync(AuditedCall call, StatusCode outcome, string? sentence) => WriteAsync(call, CallErrors.Shown(outcome), sentence);

    // Not with the caller's token: who hangs up is recorded as well.
    async Task WriteAsync(AuditedCall call, string outcome, string? sentence)
    {
        try
        {
            await using var command = state.Source.CreateCommand(
                """
                insert into coordinator.audit (call_id, actor, key_id, method, project, subject, reason, outcome, sentence)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                """);
            command.Parameters.AddWithValue(call.Id);
            command.Parameters.AddWithValue(call.Caller.Name);
            command.Parameters.Add(new NpgsqlParameter<Guid?> { TypedValue = call.Caller.KeyId });
            command.Parameters.AddWithValue(call.Method);
            foreach (var text in (ReadOnlySpan<string?>)[call.Project, call.Subject, call.Reason, outcome, sentence])
                command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = Storable(text) });
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (NpgsqlException error)
        {
            LogNotWritten(call.Method, outcome, error.GetType().Name, error.SqlState);
            throw CallErrors.Unavailable(outcome == Begun
                ? "The command could not be recorded, and was not executed."
                : "What became of the command could not be recorded. It may have taken effect: repeat it with the same idempotency_key.");
        }
    }

    static string? Storable(string? text) => string.IsNullOrEmpty(text) ? null : text.Replace('\0', ' ').Shortened(LongestText);
}
