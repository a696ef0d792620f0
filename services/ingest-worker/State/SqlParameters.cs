using Npgsql;

namespace Headgate.IngestWorker.State;

/// <summary>Positional parameters in one line.</summary>
static class SqlParameters
{
    public static NpgsqlCommand With(this NpgsqlCommand command, params ReadOnlySpan<object?> values)
    {
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        return command;
    }
}
