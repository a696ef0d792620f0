namespace Headgate.Connectors.Postgres.Catalog;

/// <summary>The role that something belongs to.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsSuperuser">Whether it may do everything: nobody is to be made a member of it for one thing.</param>
sealed record CatalogOwner(string Name, bool IsSuperuser);
