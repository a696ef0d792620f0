using Headgate.Hosting.Bus;
using Headgate.Hosting.Configuration;
using Headgate.JobCoordinator.Applying;
using Headgate.PipelineFiles;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Headgate.JobCoordinator.Tests.Calls.Pipelines;

/// <summary>Looks at systems have an end, whoever does not answer.</summary>
[Collection(nameof(PipelineCollection))]
public sealed class LookPatienceTests(PipelineBench bench)
{
    [Fact]
    public async Task Looks_that_no_worker_answers_are_over_together_and_each_is_a_warning()
    {
        const int Pipelines = 40;
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddJobCoordinator(new ServiceSettings { State = bench.State.ConnectionString, Staging = "" });
        builder.Services.Configure<CoordinatorOptions>(options => options.LookPatience = TimeSpan.FromMilliseconds(300));
        builder.AddHeadgateBus(amqp: null, _ => { });
        builder.Services.AddSingleton<PipelineCheck>();
        using var host = builder.Build();
        await host.StartAsync();
        var project = bench.NewProject();
        var began = TimeProvider.System.GetTimestamp();

        var found = await host.Services.GetRequiredService<PipelineCheck>().CheckAsync(
            PipelineFile.Parse(Enumerable.Range(0, Pipelines).Select(no => ($"f{no}.yaml", project.Text($"n{no}")))), default);

        // One after the other, four at a time, they would take 3 s.
        Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(2.5));
        Assert.Equal(Pipelines, found.Warnings.Count);
        Assert.Equal(Pipelines, found.Set.Count);
        await host.StopAsync();
    }
}
