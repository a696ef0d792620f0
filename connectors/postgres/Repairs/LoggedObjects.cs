using System.Text.Json;
using Headgate.Connectors.Repairs;
using Npgsql;

namespace Headgate.Connectors.Postgres.Repairs;

/// <summary>Reads headgate.job_object: what the log of a job is to be read by.</summary>
static class LoggedObjects
{
    public static async Task<IReadOnlyList<LoggedObject>> ReadAsync(NpgsqlConnection session, Guid jobId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT DISTINCT ON (object_no) object_no, fields::text, key FROM headgate.job_object WHERE job_id = $1 ORDER BY object_no, attempt DESC
            """,
            session);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = jobId });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<LoggedObject>();
        while (await row.ReadAsync(cancellationToken))
            found.Add(new LoggedObject(row.GetInt32(0), Fields(row.GetString(1)), [.. row.GetFieldValue<short[]>(2).Select(at => at - 1)]));
        return found;
    }

    static List<LoggedField> Fields(string json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateArray().Select(field =>
            new LoggedField(field.GetProperty("name").GetString()!, field.GetProperty("type").GetString()!))];
    }
}
