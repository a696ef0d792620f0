namespace Headgate.Connectors;

/// <summary>What kind of type a field has.</summary>
public enum FieldTypeKind
{
    /// <summary>A plain type.</summary>
    Base,

    /// <summary>An enumeration of labels.</summary>
    Enum,

    /// <summary>A range or multirange.</summary>
    Range,

    /// <summary>A row type.</summary>
    Composite,

    /// <summary>An array.</summary>
    Array,
}
