namespace Headgate.Connectors.Postgres.Catalog;

/// <summary>Types that were read, and how they look with domains resolved.</summary>
sealed class TypeSet(IReadOnlyDictionary<long, TypeRow> rows, IReadOnlyDictionary<long, List<string>> labels)
{
    readonly Dictionary<(long Type, int Modifier), string?> _spelling = [];

    public IReadOnlyCollection<(long Type, int Modifier)> Wanted => _spelling.Keys;

    /// <summary>Notes that the type's spelling is needed, and that of what it is made of.</summary>
    public void Want(long type, int modifier)
    {
        (var row, modifier) = Undomain(type, modifier);
        _spelling.TryAdd((row.Oid, modifier), null);
        if (row.Element != 0) Want(row.Element, modifier);
    }

    public void Spell(long type, int modifier, string sql) => _spelling[(type, modifier)] = sql;

    public FieldType Resolve(long type, int modifier)
    {
        (var row, modifier) = Undomain(type, modifier);
        var element = row.Element == 0 ? null : Resolve(row.Element, modifier);
        // An array of a domain keeps its own name, since its binary form carries the domain's number; it is written as one of the base.
        var sql = element is not null && rows[row.Element].Type == 'd' ? $"{element.Sql}[]" : _spelling[(row.Oid, modifier)]!;
        return new FieldType
        {
            Schema = row.Schema,
            Name = row.Name,
            Sql = sql,
            Kind = KindOf(row),
            Element = element,
            Labels = labels.TryGetValue(row.Oid, out var own) ? own : [],
            Binary = row.Binary && (element?.Binary ?? true),
        };
    }

    public bool DomainNotNull(long type) => Domains(type).Any(d => d.NotNull);

    public bool DomainDefault(long type) => Domains(type).Any(d => d.HasDefault);

    IEnumerable<TypeRow> Domains(long type)
    {
        for (var row = rows[type]; row.Type == 'd'; row = rows[row.Base])
            yield return row;
    }

    (TypeRow Row, int Modifier) Undomain(long type, int modifier)
    {
        var row = rows[type];
        while (row.Type == 'd')
        {
            modifier = row.BaseModifier;
            row = rows[row.Base];
        }

        return (row, modifier);
    }

    static FieldTypeKind KindOf(TypeRow row) => row switch
    {
        { Element: not 0 } => FieldTypeKind.Array,
        { Type: 'e' } => FieldTypeKind.Enum,
        { Type: 'r' or 'm' } => FieldTypeKind.Range,
        { Type: 'c' } => FieldTypeKind.Composite,
        _ => FieldTypeKind.Base,
    };
}
