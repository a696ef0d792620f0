using Headgate.Connectors.Postgres.Catalog;

namespace Headgate.Connectors.Postgres.Planning;

/// <summary>Changes that only the owner of a table or type may make, where the pipeline's role is no member of it.</summary>
static class Ownership
{
    /// <summary>Blocks the object alone: its pipeline may write many that nobody has to change.</summary>
    /// <param name="subject">The object.</param>
    /// <param name="what">What has to become different, as the beginning of a sentence.</param>
    /// <param name="owner">Whose it is.</param>
    /// <param name="role">As whom the pipeline writes.</param>
    /// <param name="statements">What the owner may run in the pipeline's place.</param>
    public static ConnectorException Missing(
        PlanSubject subject, string what, CatalogOwner owner, string role, params IEnumerable<string> statements)
    {
        var membership = owner.IsSuperuser
            ? "" : $", or GRANT {SqlText.Identifier(owner.Name)} TO {SqlText.Identifier(role)} lets the pipeline do it";
        return subject.Cause("column-held",
            $"{what}, and belongs to role \"{owner.Name}\", of which \"{role}\", as which the pipeline writes, is no member: "
            + $"\"{owner.Name}\" has to run {string.Join("; ", statements)}{membership}");
    }
}
