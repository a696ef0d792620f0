using System.Data;
using System.Linq.Expressions;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace Headgate.SagaRepository.Store;

/// <summary>Instances of one saga in the context of the message being handled.</summary>
sealed class SagaStore<TSaga>(DbContext db, string lockClause)
    where TSaga : class, ISaga
{
    SagaTable? table;

    public DbContext Db => db;

    SagaTable Table => table ??= SagaTable.Of<TSaga>(db);

    /// <summary>Does the work in a transaction of its own: all of it, or none.</summary>
    public async Task InTransactionAsync(Func<Task> work, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        try
        {
            await work();
            // The work is done: a token that is canceled now must not leave it open whether it counts.
            await transaction.CommitAsync(CancellationToken.None);
        }
        catch
        {
            // A retry can come in the same scope, and must not find what was rolled back.
            db.ChangeTracker.Clear();
            throw;
        }
    }

    /// <summary>The instance, locked until the transaction ends; null if there is none, or none that still passes the filter.</summary>
    public async Task<TSaga?> LockAsync(Guid id, Expression<Func<TSaga, bool>>? filter, CancellationToken cancellationToken)
    {
        Forget(id);
        var sql = Table.SelectById + " " + lockClause;
        var query = db.Set<TSaga>()
            .FromSqlRaw(sql, Table.Id(db, id))
            .IgnoreQueryFilters()
            .AsTracking();
        if (filter is not null) query = query.Where(filter);
        // Not Single: its LIMIT would wrap the locking statement in another.
        var rows = await query.ToListAsync(cancellationToken);
        return rows.Count == 0 ? null : rows[0];
    }

    /// <summary>Inserts the instance and returns it as stored; null if another transaction came first.</summary>
    public async Task<TSaga?> InsertAsync(TSaga instance, CancellationToken cancellationToken)
    {
        var entry = db.Entry(instance);
        // Added for a moment: the model's value generators run, the values can be read.
        entry.State = EntityState.Added;
        var (sql, parameters) = Table.Insert(db, entry);
        entry.State = EntityState.Detached;
        var inserted = await db.Database.ExecuteSqlRawAsync(sql, parameters, cancellationToken);
        return inserted == 0 ? null : await LockAsync(instance.CorrelationId, filter: null, cancellationToken);
    }

    // What was read before the lock is old; a tracked instance would keep its old values.
    void Forget(Guid id)
    {
        foreach (var read in db.ChangeTracker.Entries<TSaga>().Where(read => read.Entity.CorrelationId == id).ToList())
            read.State = EntityState.Detached;
    }
}
