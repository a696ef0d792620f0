namespace Headgate.PrivateServers.Stack;

/// <summary>A service, the schema it owns, and its password for both servers.</summary>
internal sealed record ServiceLogin(string Service, string Password)
{
    // Exchanges are named after message types (Headgate.Contracts.Jobs:PauseJob, MassTransit:Fault--...), but the one of upstream events
    // (headgate:upstream-events), queues headgate.*, and each process has a temporary queue of its own (<machine>_<program>_bus_...).
    private const string Names = @"^(headgate[.:]|Headgate\.|MassTransit|.*_bus_.*|.*_(error|skipped)$).*";

    public string Role => $"headgate_{Service}";

    public string Schema => Service;

    /// <summary>RabbitMQ guards names of queues and exchanges, and sending to a queue's own exchange is writing.</summary>
    public ServiceUser ToRabbitMqUser() => new() { Name = Role, Password = Password, Configure = Names, Write = Names, Read = Names };

    public override string ToString() => Service;
}
