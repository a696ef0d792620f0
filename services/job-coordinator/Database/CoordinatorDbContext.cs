using Headgate.JobCoordinator.Jobs;
using Headgate.JobCoordinator.Obligations;
using Microsoft.EntityFrameworkCore;

namespace Headgate.JobCoordinator.Database;

/// <summary>The coordinator's schema, as far as sagas write it through the model; sets of rows are written by SQL in the same transaction.</summary>
public sealed class CoordinatorDbContext(DbContextOptions<CoordinatorDbContext> options) : DbContext(options)
{
    public DbSet<SyncJob> Jobs => Set<SyncJob>();

    public DbSet<Obligation> Obligations => Set<Obligation>();

    public DbSet<JobCommand> JobCommands => Set<JobCommand>();

    public DbSet<JobStop> JobStops => Set<JobStop>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema("coordinator");
        modelBuilder.Entity<SyncJob>(job =>
        {
            job.ToTable("sync_job");
            job.HasKey(row => row.CorrelationId);
            job.Property(row => row.CorrelationId).HasColumnName("job_id").ValueGeneratedNever();
            job.Property(row => row.CurrentState).HasColumnName("state");
            job.Property(row => row.Kind).HasConversion<string>();
            job.Property(row => row.Trigger).HasConversion<string>();
            job.Property(row => row.Phase).HasConversion<string>();
            job.Property(row => row.Intent).HasConversion<string>();
            job.Property(row => row.Mode).HasConversion<string>();
            job.Property(row => row.StopCause).HasConversion<string>();
            job.Property(row => row.GuardCause).HasConversion<string>();
            job.Property(row => row.PaceMark).HasColumnType("jsonb");
            job.Property(row => row.FenceCounts).HasColumnType("jsonb");
            job.Property(row => row.Scope).HasColumnType("jsonb");
            job.Property(row => row.Sample).HasColumnType("jsonb");
        });
        modelBuilder.Entity<Obligation>(obligation =>
        {
            obligation.ToTable("obligation");
            obligation.HasKey(row => row.Sequence);
            obligation.Property(row => row.Sequence).UseIdentityAlwaysColumn();
            obligation.Property(row => row.Body).HasColumnType("jsonb");
        });
        modelBuilder.Entity<JobCommand>(command =>
        {
            command.ToTable("job_command");
            command.HasKey(row => row.CommandId);
            command.Property(row => row.CommandId).UseIdentityAlwaysColumn();
            command.Property(row => row.Outcome).HasConversion<string>();
            command.Property(row => row.Rule).HasConversion<string>();
        });
        modelBuilder.Entity<JobStop>(stop =>
        {
            stop.ToTable("job_stop");
            stop.HasKey(row => row.StopId);
            stop.Property(row => row.StopId).UseIdentityAlwaysColumn();
            stop.Property(row => row.Phase).HasConversion<string>();
            stop.Property(row => row.Intent).HasConversion<string>();
            stop.Property(row => row.Kind).HasConversion<string>();
            stop.Property(row => row.Mode).HasConversion<string>();
            stop.Property(row => row.Cause).HasConversion<string>();
        });
        foreach (var property in modelBuilder.Model.GetEntityTypes().SelectMany(type => type.GetProperties()))
        {
            if (property.FindAnnotation("Relational:ColumnName") is null) property.SetColumnName(SnakeCase(property.Name));
        }
    }

    static string SnakeCase(string name) =>
        string.Concat(name.Select((letter, at) => char.IsUpper(letter) && at > 0 ? "_" + char.ToLowerInvariant(letter) : char.ToLowerInvariant(letter).ToString()));
}
