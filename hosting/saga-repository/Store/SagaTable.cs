using System.Data.Common;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace Headgate.SagaRepository.Store;

/// <summary>The statements on a saga's table, written from the model: its schema, names, types and value converters.</summary>
sealed class SagaTable
{
    const string Annotation = "Headgate:SagaTable";

    readonly IEntityType entity;
    readonly StoreObjectIdentifier store;
    readonly ISqlGenerationHelper sql;
    readonly string name;
    readonly IProperty correlationId;

    SagaTable(IEntityType entity, ISqlGenerationHelper sql)
    {
        this.entity = entity;
        this.sql = sql;
        store = StoreObjectIdentifier.Create(entity, StoreObjectType.Table) ?? throw Unusable("is not mapped to a table");
        name = sql.DelimitIdentifier(store.Name, store.Schema);
        correlationId = entity.FindProperty(nameof(ISaga.CorrelationId)) ?? throw Unusable("does not map CorrelationId");
        if (entity.GetComplexProperties().Any() || entity.GetNavigations().Any(navigation => navigation.TargetEntityType.IsOwned()))
            throw Unusable("has complex or owned parts; map them to columns of its own or to jsonb with a converter");
        // Columns by name rather than by asterisk: system columns, such as xmin as a concurrency token, are among them.
        SelectById = $"SELECT {string.Join(", ", Mapped().Select(Column))} FROM {name} WHERE {Column(correlationId)} = @id";
    }

    /// <summary>All columns of one instance; takes <see cref="Id"/>.</summary>
    public string SelectById { get; }

    public static SagaTable Of<TSaga>(DbContext db)
        where TSaga : class, ISaga
    {
        var saga = db.Model.FindEntityType(typeof(TSaga))
            ?? throw new InvalidOperationException($"{typeof(TSaga).Name} is not an entity of {db.GetType().Name}.");
        // Kept with the model, so that contexts of one type with models of their own do not share it.
        return saga.GetOrAddRuntimeAnnotationValue(
            Annotation, static of => new SagaTable(of.saga, of.Item2), (saga, db.GetService<ISqlGenerationHelper>()));
    }

    public DbParameter Id(DbContext db, Guid value)
    {
        using var command = db.Database.GetDbConnection().CreateCommand();
        return correlationId.GetRelationalTypeMapping().CreateParameter(command, "id", value);
    }

    /// <summary>Inserts one instance unless its key is taken already.</summary>
    public (string Sql, DbParameter[] Parameters) Insert(DbContext db, EntityEntry instance)
    {
        using var command = db.Database.GetDbConnection().CreateCommand();
        var columns = new List<string>();
        var parameters = new List<DbParameter>();
        foreach (var property in Mapped())
        {
            var value = instance.Property(property).CurrentValue;
            if (!IsWritten(property, value)) continue;
            columns.Add(Column(property));
            parameters.Add(property.GetRelationalTypeMapping().CreateParameter(command, $"p{parameters.Count}", value, property.IsNullable));
        }

        var key = string.Join(", ", entity.FindPrimaryKey()!.Properties.Select(Column));
        var values = string.Join(", ", parameters.Select(parameter => "@" + parameter.ParameterName));
        return ($"INSERT INTO {name} ({string.Join(", ", columns)}) VALUES ({values}) ON CONFLICT ({key}) DO NOTHING", [.. parameters]);
    }

    // What the database generates is left to it, unless the saga's factory gave a value.
    bool IsWritten(IProperty property, object? value) =>
        property.GetBeforeSaveBehavior() == PropertySaveBehavior.Save
        && property.GetComputedColumnSql(store) is null
        && (property.ValueGenerated == ValueGenerated.Never || !Equals(value, property.Sentinel));

    IEnumerable<IProperty> Mapped() => entity.GetProperties().Where(property => property.GetColumnName(store) is not null);

    string Column(IProperty property) => sql.DelimitIdentifier(property.GetColumnName(store)!);

    InvalidOperationException Unusable(string reason) => new($"The saga {entity.DisplayName()} {reason}.");
}
