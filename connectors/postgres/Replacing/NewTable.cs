using System.Text;
using Headgate.Connectors.Postgres.Catalog;
using Headgate.Connectors.Postgres.Planning;
using Headgate.Contracts.Pipelines;

namespace Headgate.Connectors.Postgres.Replacing;

/// <summary>
/// Plans a table beside another one, in the source's present shape, with all of the old one's indexes, constraints, defaults, comments and
/// rights that fit that shape.
/// </summary>
static class NewTable
{
    public static void RefuseObstacles(PlanSubject subject, CatalogRelation table, TableExtras extras)
    {
        if (!table.Owned)
        {
            throw subject.Cause("cannot-replace",
                $"destination table {table.Sql} is to be replaced, but belongs to role \"{table.Owner.Name}\", of which the pipeline's role is no "
                + "member");
        }

        if (extras.Obstacles.Count == 0) return;
        throw subject.Cause("cannot-replace",
            $"destination table {table.Sql} cannot be dropped and loaded anew, since not all that hangs on it could be made anew: "
            + string.Join(", ", extras.Obstacles));
    }

    /// <summary>What would fail only once the job is launched and everything is read.</summary>
    public static void RefuseMisfits(PlanSubject subject, CatalogRelation table, TableExtras extras, IReadOnlyList<MappedField> mapped)
    {
        var misfits = extras.Uses.Where(use => !use.Fits(table, mapped)).Select(use => use.What).ToList();
        if (misfits.Count == 0) return;
        throw subject.Cause("cannot-replace",
            $"destination table {table.Sql} cannot be dropped and loaded anew, since columns would get types with which not all that is made "
            + $"of them may be possible: {string.Join(", ", misfits)}. Remove that from the table, and make what fits the new types once it is loaded");
    }

    public static PlannedChange Create(
        PlanSubject subject, CatalogRelation table, TableExtras extras, IReadOnlyList<MappedField> mapped, IReadOnlyList<FieldPlan> fields,
        QualifiedName name, bool marks)
    {
        var made = name.ToSql();
        var sql = new StringBuilder($"CREATE TABLE {made} (LIKE {table.Sql} INCLUDING ALL)");
        if (extras.Tablespace is { } tablespace) sql.Append($" TABLESPACE {SqlText.Identifier(tablespace)}");
        sql.Append(";\n");
        var key = subject.Definition.Key.ToHashSet();
        var kept = mapped.Select(m => m.Name).ToHashSet();
        var hasKey = table.UniqueIndexes.Any(i => key.SetEquals(i.Columns) && i.Others.All(kept.Contains));
        if (!hasKey) sql.Append(DropPrimaryKey(made));
        var columns = Columns(table, mapped, fields, marks).ToList();
        if (columns.Count > 0) sql.Append($"ALTER TABLE {made} {string.Join(", ", columns)};\n");
        if (!hasKey) sql.Append($"ALTER TABLE {made} ADD PRIMARY KEY ({SqlText.Identifiers(subject.Definition.Key)});\n");
        foreach (var reference in extras.References.Where(r => r.Columns.All(kept.Contains)))
        {
            var definition = reference.Self
                ? reference.Definition.Replace($"REFERENCES {table.Sql}(", $"REFERENCES {made}(", StringComparison.Ordinal) : reference.Definition;
            sql.Append($"ALTER TABLE {made} ADD CONSTRAINT {SqlText.Identifier(reference.Name)} {definition};\n");
        }

        if (extras.Options is { } options) sql.Append($"ALTER TABLE {made} SET ({options});\n");
        sql.Append(Belonging(made, extras, kept));

        var gone = table.Columns.Select(c => c.Name).Where(c => !kept.Contains(c) && c != VanishedRules.Mark).ToList();
        return new PlannedChange
        {
            Statement = sql.ToString(),
            Inverse = $"DROP TABLE {made}",
            Description = $"Makes table {made}, which takes the place of {table.Sql} once it is loaded"
                + (gone.Count == 0 ? "." : $", without its columns {SqlText.Shown(gone)}."),
        };
    }

    /// <summary>Gives a table the comment, the owner and the rights of another one, and takes all other rights from it.</summary>
    /// <param name="table">In SQL.</param>
    /// <param name="extras">The other one's.</param>
    /// <param name="columns">Those that it has.</param>
    public static string Belonging(string table, TableExtras extras, IReadOnlySet<string> columns) =>
        $"COMMENT ON TABLE {table} IS {(extras.Comment is { } comment ? SqlText.Literal(comment) : "NULL")};\n"
        + $"ALTER TABLE {table} OWNER TO {SqlText.Identifier(extras.Owner)};\n"
        + RevokeAll(table)
        + string.Concat(extras.Grants.Where(g => g.Column is null || columns.Contains(g.Column)).Select(g => Grant(table, g)));

    static IEnumerable<string> Columns(CatalogRelation table, IReadOnlyList<MappedField> mapped, IReadOnlyList<FieldPlan> fields, bool marks)
    {
        var wanted = mapped.Select((m, i) => (m, fields[i])).ToDictionary(entry => entry.m.Name);
        foreach (var column in table.Columns)
        {
            var name = SqlText.Identifier(column.Name);
            if (!wanted.Remove(column.Name, out var entry))
            {
                if (column.Name != VanishedRules.Mark) yield return $"DROP COLUMN {name}";
                continue;
            }

            if (column.DeclaredSql != entry.Item2.DestinationType)
            {
                if (column.Optional) yield return $"ALTER COLUMN {name} DROP DEFAULT";
                var isText = entry.m.Source.Type is { BuiltIn: true, Name: "text" or "varchar" or "bpchar" };
                var collation = isText && column.Collation is { } own ? $" COLLATE {own}" : "";
                yield return $"ALTER COLUMN {name} TYPE {entry.Item2.DestinationType}{collation} USING NULL";
            }

            if (column.NotNull && entry.m is { Key: false, Source.Nullable: true }) yield return $"ALTER COLUMN {name} DROP NOT NULL";
        }

        foreach (var (field, plan) in wanted.Values)
            yield return $"ADD COLUMN {SqlText.Identifier(field.Name)} {plan.DestinationType}{(field.Source.Nullable ? "" : " NOT NULL")}";
        if (marks && table.Column(VanishedRules.Mark) is null) yield return $"ADD COLUMN {VanishedRules.Mark} {VanishedRules.MarkType}";
    }

    // What it is called there only the server knows, which has named it.
    static string DropPrimaryKey(string table) => $"""
        DO $do$
        DECLARE found name;
        BEGIN
            SELECT conname INTO found FROM pg_catalog.pg_constraint WHERE conrelid = {SqlText.Literal(table)}::regclass AND contype = 'p';
            IF found IS NOT NULL THEN
                EXECUTE pg_catalog.format('ALTER TABLE %s DROP CONSTRAINT %I', {SqlText.Literal(table)}, found);
            END IF;
        END $do$;

        """;

    // Default privileges give a new table what somebody may have taken from the old one.
    static string RevokeAll(string table) => $"""
        DO $do$
        DECLARE given text;
        BEGIN
            FOR given IN
                SELECT DISTINCT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee)) END
                FROM pg_catalog.pg_class c CROSS JOIN LATERAL (
                    SELECT c.relacl AS acl UNION ALL SELECT attacl FROM pg_catalog.pg_attribute WHERE attrelid = c.oid) g
                CROSS JOIN LATERAL pg_catalog.aclexplode(g.acl) a
                WHERE c.oid = {SqlText.Literal(table)}::regclass AND a.grantee <> c.relowner
            LOOP
                EXECUTE pg_catalog.format('REVOKE ALL ON %s FROM %s', {SqlText.Literal(table)}, given);
            END LOOP;
        END $do$;

        """;

    static string Grant(string table, (string? Role, string Right, string? Column, bool Grantable) grant)
    {
        var column = grant.Column is { } name ? $" ({SqlText.Identifier(name)})" : "";
        var role = grant.Role is { } to ? SqlText.Identifier(to) : "PUBLIC";
        return $"GRANT {grant.Right}{column} ON {table} TO {role}{(grant.Grantable ? " WITH GRANT OPTION" : "")};\n";
    }
}
