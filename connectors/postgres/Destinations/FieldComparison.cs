namespace Headgate.Connectors.Postgres.Destinations;

/// <summary>What it takes to tell two values of a type apart.</summary>
enum FieldComparison
{
    /// <summary>Any type: its bytes.</summary>
    Image,

    /// <summary>Equal values have equal bytes.</summary>
    Equality,

    /// <summary>Numbers that keep their trailing zeros.</summary>
    EqualityAndScale,

    /// <summary>Floating point.</summary>
    EqualityAndSign,
}
