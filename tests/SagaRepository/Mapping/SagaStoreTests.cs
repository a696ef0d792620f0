using Headgate.SagaRepository.Configuration;
using Headgate.SagaRepository.CrashHost.Tallies;
using Headgate.SagaRepository.Store;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Headgate.SagaRepository.Tests.Mapping;

public sealed class SagaStoreTests
{
    [Fact]
    public async Task Insert_writes_every_column_as_the_model_maps_it()
    {
        await using var database = await TestDatabase.CreateAsync();
        var posted = new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);
        var parcel = new Parcel
        {
            CorrelationId = Guid.NewGuid(),
            Size = ParcelSize.Large,
            Weight = null,
            PostedAt = posted,
            Tracking = new Uri("https://post.example/7"),
            Stamps = { ["blue"] = 3 },
            Stops = ["here", "there"],
        };

        await using var db = await ParcelsAsync(database);
        var store = new SagaStore<Parcel>(db, LockClauses.Postgres);
        await store.InTransactionAsync(async () => Assert.NotNull(await store.InsertAsync(parcel, default)), default);

        var stored = await db.Parcels.AsNoTracking().SingleAsync();
        Assert.Equal(
            (parcel.CorrelationId, ParcelSize.Large, null, null, posted, null, parcel.Tracking),
            (stored.CorrelationId, stored.Size, stored.WrappedSize, stored.Weight, stored.PostedAt, stored.DeliveredAt, stored.Tracking));
        Assert.Equal(parcel.Stamps, stored.Stamps);
        Assert.Equal(parcel.Stops, stored.Stops);
        Assert.Equal(42, stored.Priority);
        Assert.Equal("nobody", await db.Parcels.Select(row => EF.Property<string>(row, "Clerk")).SingleAsync());
    }

    [Fact]
    public async Task Loaded_row_with_a_row_version_can_be_updated()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var db = await ParcelsAsync(database);
        var store = new SagaStore<Parcel>(db, LockClauses.Postgres);
        var id = Guid.NewGuid();

        await store.InTransactionAsync(
            async () =>
            {
                var parcel = await store.InsertAsync(new Parcel { CorrelationId = id, Weight = 1, Priority = 7 }, default);
                parcel!.Weight = 2;
                await db.SaveChangesAsync();
            },
            default);

        var stored = await db.Parcels.AsNoTracking().SingleAsync();
        Assert.Equal((2, 7), (stored.Weight, stored.Priority));
        Assert.NotEqual(0u, stored.Version);
    }

    [Fact]
    public async Task Insert_of_a_taken_key_changes_nothing_and_returns_nothing()
    {
        await using var database = await TestDatabase.CreateAsync();
        var first = new Tally { CorrelationId = Guid.NewGuid(), CurrentState = "Open", Label = "first" };
        await database.AddAsync(first);
        await using var db = database.Context();
        var store = new SagaStore<Tally>(db, LockClauses.Postgres);

        var second = new Tally { CorrelationId = first.CorrelationId, CurrentState = "Open", Label = "second" };
        await store.InTransactionAsync(async () => Assert.Null(await store.InsertAsync(second, default)), default);

        Assert.Equal("first", (await database.TallyAsync(first.CorrelationId))!.Label);
        Assert.Empty(db.ChangeTracker.Entries());
    }

    [Fact]
    public async Task Instance_that_was_read_before_the_lock_is_read_again()
    {
        await using var database = await TestDatabase.CreateAsync();
        var tally = new Tally { CorrelationId = Guid.NewGuid(), CurrentState = "Open", Total = 1 };
        await database.AddAsync(tally);
        await using var db = database.Context();
        await db.Tallies.SingleAsync();
        await using (var other = database.Context())
            await other.Tallies.ExecuteUpdateAsync(row => row.SetProperty(t => t.Total, 2));

        var store = new SagaStore<Tally>(db, LockClauses.Postgres);
        await store.InTransactionAsync(
            async () => Assert.Equal(2, (await store.LockAsync(tally.CorrelationId, filter: null, default))!.Total), default);
    }

    [Fact]
    public async Task Finished_work_is_committed_although_its_token_was_canceled()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var db = database.Context();
        var store = new SagaStore<Tally>(db, LockClauses.Postgres);
        using var cancel = new CancellationTokenSource();
        var tally = new Tally { CorrelationId = Guid.NewGuid(), CurrentState = "Open" };

        await store.InTransactionAsync(
            async () =>
            {
                await store.InsertAsync(tally, cancel.Token);
                await cancel.CancelAsync();
            },
            cancel.Token);

        Assert.NotNull(await database.TallyAsync(tally.CorrelationId));
    }

    [Fact]
    public async Task Instance_that_no_longer_passes_the_filter_is_not_returned()
    {
        await using var database = await TestDatabase.CreateAsync();
        var tally = new Tally { CorrelationId = Guid.NewGuid(), CurrentState = "Open", Label = "new" };
        await database.AddAsync(tally);
        await using var db = database.Context();
        var store = new SagaStore<Tally>(db, LockClauses.Postgres);

        await store.InTransactionAsync(
            async () =>
            {
                Assert.Null(await store.LockAsync(tally.CorrelationId, row => row.Label == "old", default));
                Assert.NotNull(await store.LockAsync(tally.CorrelationId, row => row.Label == "new", default));
            },
            default);
    }

    [Fact]
    public async Task Failed_work_is_rolled_back_and_forgotten_by_the_context()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var db = database.Context();
        var store = new SagaStore<Tally>(db, LockClauses.Postgres);
        var tally = new Tally { CorrelationId = Guid.NewGuid(), CurrentState = "Open" };

        await Assert.ThrowsAsync<InvalidOperationException>(() => store.InTransactionAsync(
            async () =>
            {
                await store.InsertAsync(tally, default);
                db.Add(new TallyNote { TallyId = tally.CorrelationId });
                throw new InvalidOperationException("As asked.");
            },
            default));
        await db.SaveChangesAsync();

        Assert.Null(await database.TallyAsync(tally.CorrelationId));
        Assert.Empty(db.Notes);
    }

    static async Task<ParcelDbContext> ParcelsAsync(TestDatabase database)
    {
        var db = new ParcelDbContext(database.Options<ParcelDbContext>());
        await db.GetService<IRelationalDatabaseCreator>().CreateTablesAsync();
        return db;
    }
}
