using System.Globalization;
using Headgate.V1;

namespace Headgate.JobCoordinator.Diffs;

/// <summary>How far a comparison has come, as its token has it: a stream that is gone on with sums the whole.</summary>
sealed record DiffPlace
{
    const char Separator = '/';

    /// <summary>Where a worker goes on; empty: from the beginning.</summary>
    public string Place { get; init; } = "";

    /// <summary>What was compared before.</summary>
    public DiffSummary SoFar { get; init; } = new();

    /// <summary>Whether the job could write no more when it began.</summary>
    public required bool AtRest { get; init; }

    public DiffPlace With(string place, DiffSummary compared) => this with
    {
        Place = place.Length > 0 ? place : Place,
        SoFar = new DiffSummary
        {
            Compared = SoFar.Compared + compared.Compared,
            Equal = SoFar.Equal + compared.Equal,
            Different = SoFar.Different + compared.Different,
            MissingAtSource = SoFar.MissingAtSource + compared.MissingAtSource,
            MissingAtDestination = SoFar.MissingAtDestination + compared.MissingAtDestination,
        },
    };

    public override string ToString() => string.Join(
        Separator, AtRest ? 1 : 0, SoFar.Compared, SoFar.Equal, SoFar.Different, SoFar.MissingAtSource, SoFar.MissingAtDestination, Place);

    /// <summary>What <see cref="ToString"/> gave.</summary>
    public static DiffPlace Parse(string text)
    {
        var parts = text.Split(Separator);
        var counts = parts[..^1].Select(part => long.Parse(part, CultureInfo.InvariantCulture)).ToArray();
        return new DiffPlace
        {
            AtRest = counts[0] == 1,
            Place = parts[^1],
            SoFar = new DiffSummary
            {
                Compared = counts[1],
                Equal = counts[2],
                Different = counts[3],
                MissingAtSource = counts[4],
                MissingAtDestination = counts[5],
            },
        };
    }
}
