using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres;
using Headgate.Contracts.Comparing;
using Headgate.Contracts.Extraction;
using Headgate.Contracts.Fencing;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Starts;
using Headgate.Contracts.Steps;
using Headgate.Hosting.Bus;
using Headgate.Hosting.Configuration;
using Headgate.Hosting.Faults;
using Headgate.Hosting.State;
using Headgate.JobCoordinator.Applying;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Doubts;
using Headgate.JobCoordinator.Fencing;
using Headgate.JobCoordinator.Jobs;
using Headgate.JobCoordinator.Obligations;
using Headgate.JobCoordinator.Pipelines;
using Headgate.JobCoordinator.Progress;
using Headgate.JobCoordinator.Reading;
using Headgate.JobCoordinator.Reconciling;
using Headgate.JobCoordinator.Runs;
using Headgate.JobCoordinator.Starts;
using Headgate.JobCoordinator.Upkeep;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;

namespace Headgate.JobCoordinator;

/// <summary>The coordinator: the saga of every job, the pipelines, and the fences.</summary>
public static class JobCoordinatorService
{
    public static void AddJobCoordinator(this IHostApplicationBuilder builder, ServiceSettings settings)
    {
        var services = builder.Services;
        services.AddOptions<CoordinatorOptions>().Bind(builder.Configuration.GetSection("HEADGATE_COORDINATOR"))
            .Validate(options => options.StallAlert > TimeSpan.Zero, "HEADGATE_COORDINATOR__STALLALERT: a time of more than 0 is expected, for example 00:15:00.")
            .Validate(
                options => options.DoubtRetry > TimeSpan.Zero,
                "HEADGATE_COORDINATOR__DOUBTRETRY: a time of more than 0 is expected, for example 00:00:30.")
            .Validate(
                options => options.KeepSkippedRuns >= TimeSpan.FromDays(1),
                "HEADGATE_COORDINATOR__KEEPSKIPPEDRUNS: a time of at least a day is expected, for example 90.00:00:00.")
            .Validate(
                options => options.RelayAddress is null or { IsAbsoluteUri: true, Scheme: "http" or "https" },
                "HEADGATE_COORDINATOR__RELAYADDRESS: an absolute http or https URL is expected, for example http://coordinator-1:8080.")
            .ValidateOnStart();
        services.AddSingleton(_ => new CoordinatorState(NpgsqlDataSource.Create(StateOf(settings))));
        services.AddSingleton<DatabaseClock>();
        services.AddSingleton<TimeProvider>(provider => provider.GetRequiredService<DatabaseClock>());
        services.AddDbContext<CoordinatorDbContext>((provider, options) => options.UseNpgsql(provider.GetRequiredService<CoordinatorState>().Source));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IDestinationConnector, PostgresConnector>());
        services.AddSingleton(ReferencePolicy.From(builder.Configuration));
        services.AddSingleton<PipelineStore>();
        services.AddSingleton<FenceOpener>();
        services.AddSingleton<ArmedDestinations>();
        services.AddSingleton<InFlight>();
        services.AddJobReading();
        services.AddHostedService<CoordinatorMigration>();
        services.AddHealthChecks().AddCheck<CoordinatorHealthCheck>("coordinator-state", tags: ["ready"]);
    }

    // Each mostly waits: for batches in flight, or for a destination that is away and must not hold up the others' stops.
    const int FencesAtOnce = 128;

    static NpgsqlConnectionStringBuilder StateOf(ServiceSettings settings)
    {
        var state = new NpgsqlConnectionStringBuilder(settings.State)
        {
            ApplicationName = "headgate-coordinator",
            MaxPoolSize = 64,
            // The same few statements for every message: planning them costs more than running them.
            MaxAutoPrepare = 64,
        };
        // Plans that are kept know no limit and no job's size: for one of thousands of segments they would fetch and sort them all to find
        // the next ones, where the index has them in order.
        // A host that is gone leaves locks behind for a minute or two, not for hours.
        state.Options = $"{state.Options} -c enable_bitmapscan=off -c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3 -c tcp_user_timeout=60000".TrimStart();
        return state;
    }

    /// <summary>What works on its own clock; registered after the bus, so that it starts after it and stops before it.</summary>
    public static void AddJobCoordinatorUpkeep(this IHostApplicationBuilder builder)
    {
        builder.Services.AddHostedService<JobTelemetry>();
        builder.Services.AddHostedService<ObligationRelay>();
        builder.Services.AddHostedService<Reconciler>();
        builder.Services.AddHostedService<DeadlineWatch>();
        builder.Services.AddHostedService<GuardWatch>();
        builder.Services.AddHostedService<AbandonedStops>();
        builder.Services.AddHostedService<DoubtResolver>();
        builder.Services.AddHostedService<SkippedRunsUpkeep>();
        builder.Services.AddHostedService<LogUpkeep>();
    }

    public static void AddJobCoordinatorConsumers(this IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<StartJobConsumer>();
        bus.AddConsumer<StartRepairConsumer>();
        bus.AddConsumer<MissedRunsConsumer>();
        bus.AddConsumer<MoveFenceConsumer>();
        bus.AddConsumer<GrantTurnConsumer>();
        bus.AddConsumer<VerifyJobConsumer>();
        bus.AddConsumer<AnswerConsumer>();
        bus.AddConsumer<JobTakenConsumer>();
        bus.AddConsumer<AskStartRulesConsumer>();
        bus.AddConsumer<AskRunsKnownConsumer>();
        bus.AddJobSaga();
        bus.AddJobEvents();
        bus.AddProgressLane();

        bus.AddConsumerLane(
            Lanes.Starts,
            8,
            (context, lane) =>
            {
                lane.ConfigureConsumer<StartJobConsumer>(context);
                lane.ConfigureConsumer<StartRepairConsumer>(context);
                lane.ConfigureConsumer<MissedRunsConsumer>(context);
            });
        bus.AddConsumerLane(Lanes.Fences, FencesAtOnce, (context, lane) => lane.ConfigureConsumer<MoveFenceConsumer>(context));
        bus.AddConsumerLane(
            Lanes.Upkeep,
            4,
            (context, lane) =>
            {
                lane.ConfigureConsumer<GrantTurnConsumer>(context);
                lane.ConfigureConsumer<VerifyJobConsumer>(context);
                lane.ConfigureConsumer<AnswerConsumer>(context);
                lane.ConfigureConsumer<JobTakenConsumer>(context);
                lane.ConfigureConsumer<AskStartRulesConsumer>(context);
                lane.ConfigureConsumer<AskRunsKnownConsumer>(context);
            },
            new LaneEvent<JobReleased>(),
            new LaneEvent<JobTaken>(),
            new LaneEvent<NoticeKept>(),
            new LaneEvent<StartRulesKept>());
    }

    internal static void AddJobSaga(this IBusRegistrationConfigurator bus)
    {
        bus.AddSagaStateMachine<SyncJobStateMachine, SyncJob>().EntityFrameworkRepository(repository =>
        {
            repository.ExistingDbContext<CoordinatorDbContext>();
            repository.UsePostgres();
        });
        bus.AddLane(new Lane
        {
            Name = Lanes.JobCommands,
            Concurrency = 8,
            Events = [new LaneEvent<FenceMoved>(), new LaneEvent<FenceDelayed>(), new LaneEvent<JobVerified>()],
            Configure = ConfigureSaga,
        });
        bus.AddLane(new Lane
        {
            Name = Lanes.JobProgress,
            Concurrency = 16,
            Events =
            [
                new LaneEvent<JobPrepared>(), new LaneEvent<SegmentExtracted>(), new LaneEvent<SnapshotLost>(), new LaneEvent<SegmentLost>(),
                new LaneEvent<RecordsCompared>(),
                new LaneEvent<SchemaChangesApplied>(), new LaneEvent<SegmentLoaded>(), new LaneEvent<ObjectsFinished>(), new LaneEvent<StepFailed>(),
            ],
            Configure = ConfigureSaga,
        });
    }

    internal static void AddProgressLane(this IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<ProgressConsumer>(consumer => consumer.Options<BatchOptions>(batch => batch
            .SetMessageLimit(ProgressConsumer.MostInBatch)
            .SetTimeLimit(ProgressConsumer.Patience)
            .SetConcurrencyLimit(1)));
        bus.AddConsumerLane(
            Lanes.Progress, ProgressConsumer.MostInBatch, (context, lane) => lane.ConfigureConsumer<ProgressConsumer>(context),
            new LaneEvent<JobProgressed>());
    }

    static void AddConsumerLane(
        this IBusRegistrationConfigurator bus, string name, int concurrency,
        Action<IBusRegistrationContext, IReceiveEndpointConfigurator> consumers, params ILaneEvent[] events) =>
        bus.AddLane(new Lane
        {
            Name = name,
            Concurrency = concurrency,
            Events = events,
            Configure = (context, lane) =>
            {
                lane.UseMessageRetry(BridgeRestarts);
                consumers(context, lane);
            },
        });

    // The order matters: a retry begins a new outbox, and the outbox lets messages go only after the saga has committed.
    static void ConfigureSaga(IBusRegistrationContext context, IReceiveEndpointConfigurator lane)
    {
        lane.UseMessageRetry(BridgeRestarts);
        lane.UseConsumeFilter(typeof(RedeliveryFilter<>), context);
        lane.UseConsumeFilter(typeof(AnsweredBefore<>), context);
        lane.UseInMemoryOutbox(context);
        if (FaultPoint.IsSet) lane.UseConsumeFilter(typeof(CommittedPoint<>), context);
        lane.ConfigureSaga<SyncJob>(context);
    }

    // Long enough for a database that restarts, short enough for a handler. What comes after it is found by the reconciler.
    static void BridgeRestarts(IRetryConfigurator retry) => retry.Intervals(50, 200, 1000, 3000, 5000, 5000, 5000);
}
