namespace Headgate.Connectors.Rejects;

/// <summary>The records that a destination has refused, or that rollbacks have left as they are. Methods throw <see cref="ConnectorException"/>.</summary>
public interface IRejectLog : IAsyncDisposable
{
    /// <summary>Those of a job, in the order of rejection.</summary>
    Task<IReadOnlyList<LoggedReject>> ListAsync(RejectQuery query, CancellationToken cancellationToken);
}
