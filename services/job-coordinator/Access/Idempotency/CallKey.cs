namespace Headgate.JobCoordinator.Access.Idempotency;

/// <summary>What makes two calls one: the same caller, method and idempotency_key.</summary>
sealed record CallKey(string Caller, string Method, string IdempotencyKey);
