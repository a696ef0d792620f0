namespace Headgate.Crashes.Tests.Stops;

/// <summary>The mail server, as far as a stop is judged by it.</summary>
public interface IMailbox
{
    /// <summary>Waits until no mail about the job is on its way any more.</summary>
    Task SettledAsync(Guid job);

    /// <summary>How many mails about the job were received, one that came twice counted twice.</summary>
    Task<int> ReceivedAsync(Guid job);
}
