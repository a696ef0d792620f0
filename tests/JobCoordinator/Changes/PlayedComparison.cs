using System.Globalization;
using Headgate.Connectors;
using Headgate.Connectors.Comparing;
using Headgate.Connectors.Records;
using Headgate.Connectors.Sources;

namespace Headgate.JobCoordinator.Tests.Changes;

/// <summary>Of numbered records each fourth is equal, each one behind it different, the next missing at the source, and the next at the destination.</summary>
sealed class PlayedComparison : IKeyedComparison
{
    /// <summary>Records of a number and a note.</summary>
    public static ObjectPlan PlanOf(SourceObject source) => new()
    {
        ObjectNo = source.ObjectNo,
        From = source.Name,
        To = "public.things",
        Fields = [Field("id"), Field("note")],
        Key = [0],
        Blocks = false,
        KeyGuaranteed = true,
        Level = 0,
        DirectCopy = false,
        SingleTable = true,
        Changes = [],
        EstimatedRows = -1,
    };

    public Task AddAsync(IRecordBatch batch, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<ComparedRecord>> CompareAsync(IReadOnlyList<IReadOnlyList<string>> keys, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ComparedRecord>>([.. keys.Select(key => Of(int.Parse(key[0], CultureInfo.InvariantCulture)))]);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    static ComparedRecord Of(int number) => new()
    {
        IsHere = number % 4 != 3,
        IsTaken = number % 4 != 2,
        Differs = [false, number % 4 == 1],
        Now = [$"{number}", "now"],
        Taken = [$"{number}", "at the source"],
    };

    static FieldPlan Field(string name) => new() { Name = name, Source = name, StagedType = "text", DestinationType = "text" };
}
