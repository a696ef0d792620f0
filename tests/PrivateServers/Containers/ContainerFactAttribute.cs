namespace Headgate.PrivateServers.Tests.Containers;

/// <summary>
/// A test that starts containers. They want a Docker engine with our images, which not every machine has: such a test runs when it is
/// asked for, and then a missing engine fails it.
/// </summary>
internal sealed class ContainerFactAttribute : FactAttribute
{
    private const string Variable = "HEADGATE_TEST_DOCKER";

    public ContainerFactAttribute()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not "1")
            Skip = $"It starts containers, and only on request: {Variable}=1 ./headgate test --filter Container";
    }
}
