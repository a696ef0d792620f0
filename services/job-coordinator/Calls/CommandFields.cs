using Google.Rpc;
using Grpc.Core;

namespace Headgate.JobCoordinator.Calls;

/// <summary>What every command brings: why, and what makes its repeat safe. Checked before anything happens.</summary>
static class CommandFields
{
    public const int MaxReason = 1000;
    public const int MaxIdempotencyKey = 128;

    /// <exception cref="RpcException">INVALID_ARGUMENT, with every field that breaks a rule.</exception>
    public static void Check(string reason, string idempotencyKey, params IEnumerable<BadRequest.Types.FieldViolation?> others)
    {
        List<BadRequest.Types.FieldViolation> violations = [.. others.OfType<BadRequest.Types.FieldViolation>()];
        if (reason.Length > MaxReason)
            violations.Add(Violation("reason", $"{reason.Length} characters; at most {MaxReason}"));
        if (reason.Any(char.IsControl))
            violations.Add(Violation("reason", "has control characters; one line of text"));
        if (idempotencyKey.Length > MaxIdempotencyKey || idempotencyKey.Any(letter => letter is < ' ' or > '~'))
            violations.Add(Violation("idempotency_key", $"1 to {MaxIdempotencyKey} printable ASCII characters, or none"));
        if (violations.Count > 0) throw Refusals.Invalid(violations);
    }

    public static BadRequest.Types.FieldViolation Violation(string field, string description) => new() { Field = field, Description = description };
}
