using Headgate.Connectors;
using Headgate.Connectors.Fencing;
using Headgate.Contracts.Pipelines;
using Headgate.JobCoordinator.Fencing;

namespace Headgate.JobCoordinator.Calls.Pipelines;

/// <summary>What a destination that has changed was found to be when an operator asked for it to be armed anew.</summary>
/// <param name="Destination">Where.</param>
/// <param name="Armed">What it was armed for.</param>
/// <param name="Now">What it is; null: it could not be looked at.</param>
/// <param name="Problem">Why not, in one sentence.</param>
sealed record DestinationLook(SystemReference Destination, DestinationIdentity Armed, DestinationIdentity? Now, string? Problem)
{
    /// <summary>The connection was put right, or the failover taken back.</summary>
    public bool IsAsBefore => Now == Armed;

    public string Shown => Now is null or { History: "" } ? $"{Now?.Name}" : $"{Now.Name}, timeline {Now.History}";

    public static async Task<DestinationLook> TakeAsync(
        FenceOpener fences, SystemReference destination, DestinationIdentity armed, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var time = new CancellationTokenSource(patience);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellationToken);
        try
        {
            return new DestinationLook(destination, armed, await fences.IdentifyAsync(destination, either.Token), null);
        }
        catch (ConnectorException error)
        {
            return new DestinationLook(destination, armed, null, error.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new DestinationLook(destination, armed, null, "It did not answer in time.");
        }
    }
}
