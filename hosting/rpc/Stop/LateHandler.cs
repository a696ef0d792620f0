namespace Headgate.Rpc.Stop;

/// <summary>On a request that was answered while its handler runs.</summary>
sealed record LateHandler(Task Running);
