namespace Headgate.Connectors.Sources;

/// <summary>A kind of system that records can be read from. Stateless; one instance serves all jobs.</summary>
public interface ISourceConnector
{
    /// <summary>The name in pipeline files, for example "postgres".</summary>
    string Name { get; }

    /// <summary>Opens a source; connects on first use.</summary>
    ISource Open(string connection);
}
