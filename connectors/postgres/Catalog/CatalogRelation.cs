using Headgate.Contracts.Pipelines;

namespace Headgate.Connectors.Postgres.Catalog;

/// <summary>A table, view or the like as the catalogs hold it.</summary>
sealed record CatalogRelation
{
    public required long Oid { get; init; }

    public required QualifiedName Name { get; init; }

    /// <summary>In SQL spelling, quoted where this server needs it.</summary>
    public required string Sql { get; init; }

    /// <summary>pg_class.relkind.</summary>
    public required char Kind { get; init; }

    public required bool RowSecurity { get; init; }

    public required CatalogOwner Owner { get; init; }

    /// <summary>Whether the session's role is the owner or a member of it, and so may alter the relation.</summary>
    public required bool Owned { get; init; }

    /// <summary>A table that holds rows of it of which the session's role may not read or not delete any; null: there is none.</summary>
    public string? Undeletable { get; set; }

    /// <summary>The same of setting the mark, where there is the column.</summary>
    public string? Unmarkable { get; set; }

    /// <summary>The size of all tables that hold its rows, with their indexes, which a rewrite builds anew.</summary>
    public long Bytes { get; set; }

    /// <summary>Partitions or inheritance children, counted through all levels.</summary>
    public int Children { get; set; }

    /// <summary>
    /// It, and all that hold rows of it, by names that no other server has. A physical copy of a server has its system identifier, and the numbers
    /// of all databases and tables: but it was not started in the same moment.
    /// </summary>
    public IReadOnlyList<string> Tables { get; set; } = [];

    /// <summary>Whether every table that holds its rows is stored in blocks, so that physical positions name rows.</summary>
    public bool Heap { get; set; }

    /// <summary>-1: unknown.</summary>
    public long EstimatedRows { get; set; } = -1;

    public List<CatalogColumn> Columns { get; } = [];

    public List<UniqueIndex> UniqueIndexes { get; } = [];

    public CatalogColumn? Column(string name) => Columns.Find(c => c.Name == name);

    /// <summary>For people.</summary>
    public string KindName => Kind switch
    {
        'r' => "table",
        'p' => "partitioned table",
        'v' => "view",
        'm' => "materialized view",
        'f' => "foreign table",
        _ => "relation",
    };
}
