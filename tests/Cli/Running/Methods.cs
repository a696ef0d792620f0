using Google.Protobuf.Reflection;
using Headgate.V1;

namespace Headgate.Cli.Tests.Running;

static class Methods
{
    public static IEnumerable<MethodDescriptor> All() =>
        new[] { JobServiceReflection.Descriptor, PipelineServiceReflection.Descriptor, RecordServiceReflection.Descriptor, AccessServiceReflection.Descriptor }
            .SelectMany(file => file.Services).SelectMany(service => service.Methods);
}
