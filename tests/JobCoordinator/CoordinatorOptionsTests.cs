using Headgate.Hosting.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Headgate.JobCoordinator.Tests;

/// <summary>Settings that cannot work are refused at the start, by their name.</summary>
public sealed class CoordinatorOptionsTests
{
    [Theory]
    [InlineData("STALLALERT", "00:00:00")]
    [InlineData("STALLALERT", "-00:15:00")]
    [InlineData("DOUBTRETRY", "00:00:00")]
    [InlineData("DOUBTRETRY", "-00:00:30")]
    public void Time_that_is_none_is_refused_by_its_name(string name, string value)
    {
        using var host = Host(name, value);
        var refused = Assert.Throws<OptionsValidationException>(() => host.Services.GetRequiredService<IStartupValidator>().Validate());
        Assert.StartsWith($"HEADGATE_COORDINATOR__{name}: ", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("STALLALERT", "00:00:01")]
    [InlineData("DOUBTRETRY", "00:00:01")]
    public void Time_that_is_one_is_taken(string name, string value)
    {
        using var host = Host(name, value);
        host.Services.GetRequiredService<IStartupValidator>().Validate();
    }

    static IHost Host(string name, string value)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection([new($"HEADGATE_COORDINATOR:{name}", value)]);
        builder.AddJobCoordinator(new ServiceSettings { State = "Host=nowhere", Staging = "" });
        return builder.Build();
    }
}
