using Headgate.Connectors.Postgres.Destinations;
using Npgsql;

namespace Headgate.Connectors.Postgres.Vanished;

/// <summary>Lets go of noted keys.</summary>
static class SeenKeys
{
    /// <summary>
    /// In their order, from where the last call ended: what it has deleted is in the way until nobody can see it any more.
    /// </summary>
    /// <returns>How many keys of the set, and the last of them.</returns>
    public static async Task<(int Deleted, long? Last)> DeleteAsync(
        FencedTransaction transaction, long set, long from, int most, CancellationToken cancellationToken)
    {
        await using var delete = transaction.Command("""
            WITH gone AS (
                DELETE FROM headgate.seen_key WHERE ctid = ANY (ARRAY(
                    SELECT ctid FROM headgate.seen_key WHERE set_id = $1 AND key_hash >= $2 ORDER BY key_hash LIMIT $3))
                RETURNING key_hash)
            SELECT count(*)::int, max(key_hash) FROM gone
            """,
            new NpgsqlParameter<long> { TypedValue = set }, new NpgsqlParameter<long> { TypedValue = from },
            new NpgsqlParameter<int> { TypedValue = most });
        await using var row = await delete.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (row.GetInt32(0), row.IsDBNull(1) ? null : row.GetInt64(1));
    }
}
