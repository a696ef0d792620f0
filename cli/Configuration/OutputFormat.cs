namespace Headgate.Cli.Configuration;

enum OutputFormat
{
    /// <summary>For people.</summary>
    Table,

    /// <summary>For programs: the answers as protobuf's JSON, one object a line.</summary>
    Json,
}
