using Headgate.Connectors.Records;
using Headgate.IngestWorker.Tests.Doubles;

namespace Headgate.IngestWorker.Tests.Staging;

public sealed class RecordScannerTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Records_end_where_they_end_however_the_stream_is_cut(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var records = Enumerable.Range(0, random.Next(1, 20)).Select(_ => Any(random)).ToList();
            var ends = records.Aggregate(new List<int> { 0 }, (list, record) => [.. list, list[^1] + record.Length]).Skip(1);
            Assert.Equal(ends, EndsIn([.. records.SelectMany(record => record)], random));
        }
    }

    [Fact]
    public void A_length_that_no_field_has_is_an_error() =>
        Assert.Throws<InvalidDataException>(() => new RecordScanner().Scan([0, 1, 255, 255, 255, 254], out _));

    static byte[] Any(Random random) =>
        StagedRecords.OfLengths(random, [.. Enumerable.Range(0, random.Next(0, 5)).Select(_ =>
            random.Next(-1, random.Next(2) == 0 ? 3 : 40))]);

    static List<int> EndsIn(byte[] stream, Random random)
    {
        var scanner = new RecordScanner();
        var ends = new List<int>();
        for (var at = 0; at < stream.Length;)
        {
            var piece = stream.AsSpan(at, Math.Min(random.Next(1, 12), stream.Length - at));
            for (var used = 0; used < piece.Length;)
            {
                used += scanner.Scan(piece[used..], out var hasEnded);
                if (hasEnded) ends.Add(at + used);
            }

            at += piece.Length;
        }

        Assert.True(scanner.AtBoundary);
        return ends;
    }
}
