using Microsoft.EntityFrameworkCore;

namespace Headgate.SagaRepository.CrashHost.Tallies;

public sealed class TallyDbContext(DbContextOptions<TallyDbContext> options) : DbContext(options)
{
    public DbSet<Tally> Tallies => Set<Tally>();

    public DbSet<TallyNote> Notes => Set<TallyNote>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema("counting");
        modelBuilder.Entity<Tally>(tally =>
        {
            tally.ToTable("tally");
            tally.HasKey(row => row.CorrelationId);
            tally.Property(row => row.CorrelationId).HasColumnName("tally_id").ValueGeneratedNever();
            tally.Property(row => row.CurrentState).HasColumnName("state");
        });
        modelBuilder.Entity<TallyNote>().ToTable("note");
    }
}
