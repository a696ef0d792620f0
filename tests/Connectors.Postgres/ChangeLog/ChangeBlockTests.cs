using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using Headgate.Connectors.Conformance;
using Headgate.Connectors.Postgres.ChangeLog;
using Headgate.Connectors.Postgres.Tests.Destinations;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.ChangeLog;

public sealed class ChangeBlockTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(64)]
    [InlineData(100_000)]
    public async Task A_first_load_logs_the_key_and_the_hash_of_each_record_however_it_is_cut(int piece)
    {
        await using var bench = await LoadBench.StartAsync("CREATE TABLE items (v text, region text, id bigint, w text, PRIMARY KEY (id, region))");
        var plan = await bench.PlanAsync("items", ["id", "region"], directCopy: true);
        var records = await bench.RecordsAsync("SELECT repeat('x', i * 10), 'r' || i % 3, i::bigint, NULL::text FROM generate_series(1, 50) i");
        await using (var transaction = await bench.Destination.BeginBatchAsync(bench.Ticket(50, empty: true), plan, default))
        {
            Assert.True(transaction.DirectCopy);
            await transaction.WriteAsync(new StagedBatch(0, records) { Piece = piece }, default);
            await transaction.CommitAsync();
        }

        await using var command = bench.Database.DataSource.CreateCommand("SELECT row_count, keys, hashes FROM headgate.change_block");
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        Assert.Equal(50, reader.GetInt32(0));
        Assert.Equal(records.SelectMany(KeyOf), Inflate(reader.GetFieldValue<byte[]>(1)));
        Assert.Equal(records.SelectMany(r => XxHash3.Hash(r)), reader.GetFieldValue<byte[]>(2));
    }

    [Fact]
    public void A_huge_record_is_not_kept()
    {
        const int pieces = 100;
        using var block = new ChangeBlock(2, [0]);
        var piece = new byte[1024 * 1024];
        byte[] head = [0, 2, 0, 0, 0, 4, 0, 0, 0, 9, .. BitConverter.GetBytes(BinaryPrimitives.ReverseEndianness(pieces * piece.Length))];

        block.Add(head);
        for (var i = 0; i < pieces; i++) block.Add(piece);

        Assert.Equal(1, block.Records);
        Assert.True(GC.GetTotalMemory(forceFullCollection: true) < 60 * 1024 * 1024);
    }

    [Fact]
    public void A_record_with_another_number_of_fields_is_refused()
    {
        using var block = new ChangeBlock(3, [0]);

        Assert.Throws<InvalidDataException>(() => block.Add(StagedBatch.Tuple(1, "one")));
    }

    /// <summary>In field order: region, then id.</summary>
    static byte[] KeyOf(byte[] tuple)
    {
        var fields = new List<byte[]>();
        var at = 2;
        for (var i = 0; i < 4; i++)
        {
            var length = Math.Max(BinaryPrimitives.ReadInt32BigEndian(tuple.AsSpan(at)), 0);
            fields.Add(tuple[at..(at + 4 + length)]);
            at += 4 + length;
        }

        return [.. fields[1], .. fields[2]];
    }

    static byte[] Inflate(byte[] bytes)
    {
        using var inflated = new MemoryStream();
        using var deflate = new DeflateStream(new MemoryStream(bytes), CompressionMode.Decompress);
        deflate.CopyTo(inflated);
        return inflated.ToArray();
    }
}
