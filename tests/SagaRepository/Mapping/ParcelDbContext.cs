using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace Headgate.SagaRepository.Tests.Mapping;

public sealed class ParcelDbContext(DbContextOptions<ParcelDbContext> options) : DbContext(options)
{
    public DbSet<Parcel> Parcels => Set<Parcel>();

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Parcel>(parcel =>
    {
        parcel.ToTable("Parcel \"sagas\"", "post office");
        parcel.HasKey(row => row.CorrelationId);
        parcel.Property(row => row.CorrelationId).HasColumnName("parcel id").HasConversion<string>();
        parcel.Property(row => row.Size).HasConversion<string>();
        parcel.Property(row => row.WrappedSize).HasConversion<string>();
        parcel.Property(row => row.Tracking).HasConversion(uri => uri!.ToString(), text => new Uri(text));
        parcel.Property(row => row.Stamps).HasColumnType("jsonb").HasConversion(
            stamps => JsonSerializer.Serialize(stamps, JsonSerializerOptions.Default),
            text => JsonSerializer.Deserialize<Dictionary<string, int>>(text, JsonSerializerOptions.Default)!);
        parcel.Property(row => row.Priority).HasDefaultValueSql("42");
        parcel.Property(row => row.Version).IsRowVersion();
        parcel.Property<string>("Clerk").HasDefaultValue("nobody");
    });
}
