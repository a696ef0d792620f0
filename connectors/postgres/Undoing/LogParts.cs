using Npgsql;

namespace Headgate.Connectors.Postgres.Undoing;

/// <summary>Reads of what parts an object's log consists, without what is in them.</summary>
static class LogParts
{
    /// <returns>In the order of their numbers.</returns>
    public static async Task<IReadOnlyList<LoggedPart>> ReadAsync(
        NpgsqlConnection connection, LogSchema schema, Guid jobId, int objectNo, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, jobId, objectNo, $"""
            SELECT seq, attempt, segment_no, operation, row_count FROM headgate.change_group WHERE job_id = $1 AND object_no = $2
            UNION ALL SELECT seq, attempt, segment_no, 'insert', row_count FROM {schema.Blocks} ORDER BY 1
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var parts = new List<LoggedPart>();
        while (await reader.ReadAsync(cancellationToken))
        {
            parts.Add(new LoggedPart(
                reader.GetInt64(0), reader.GetInt32(1), reader.GetInt32(2), string.Intern(reader.GetString(3)), reader.GetInt32(4)));
        }

        return parts;
    }

    /// <summary>Segments of which everything was taken, by attempt.</summary>
    public static async Task<ILookup<int, int>> WholeSegmentsAsync(
        NpgsqlConnection connection, Guid jobId, int objectNo, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, jobId, objectNo,
            "SELECT attempt, segment_no FROM headgate.ledger WHERE job_id = $1 AND object_no = $2 AND next_row >= rows");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var segments = new List<(int Attempt, int Segment)>();
        while (await reader.ReadAsync(cancellationToken)) segments.Add((reader.GetInt32(0), reader.GetInt32(1)));
        return segments.ToLookup(s => s.Attempt, s => s.Segment);
    }

    static NpgsqlCommand Command(NpgsqlConnection connection, Guid jobId, int objectNo, string sql) => new(sql, connection)
    {
        Parameters = { new NpgsqlParameter<Guid> { TypedValue = jobId }, new NpgsqlParameter<int> { TypedValue = objectNo } },
    };
}
