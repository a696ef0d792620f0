using Google.Protobuf.Reflection;
using Grpc.AspNetCore.Server;
using Headgate.Rpc.Server.Binding;
using Microsoft.AspNetCore.Routing;

namespace Headgate.Rpc.Server.Reflection;

/// <summary>The files that the mapped services are defined in, with all that these import.</summary>
sealed class ProtoFiles
{
    readonly Lazy<Index> index;

    // Services are mapped after this was made: the endpoints are looked at when the first question comes.
    public ProtoFiles(EndpointDataSource endpoints) => index = new(() => new Index(Services(endpoints)));

    public IEnumerable<string> ServiceNames => index.Value.Services.Select(service => service.FullName).Order(StringComparer.Ordinal);

    public FileDescriptor? ByName(string name) => index.Value.Files.GetValueOrDefault(name);

    public FileDescriptor? BySymbol(string symbol) => index.Value.Symbols.GetValueOrDefault(symbol);

    public FileDescriptor? ByExtension(string type, int number) =>
        Extensions(type).FirstOrDefault(extension => extension.FieldNumber == number)?.File;

    public IEnumerable<FieldDescriptor> Extensions(string type) => index.Value.Extensions[type];

    public bool HasType(string type) => BySymbol(type) is not null;

    static IReadOnlyList<ServiceDescriptor> Services(EndpointDataSource endpoints) =>
        [.. endpoints.Endpoints.Select(endpoint => endpoint.Metadata.GetMetadata<GrpcMethodMetadata>()?.ServiceType)
            .OfType<Type>().Distinct().Select(service => ServiceBinding.Of(service).Descriptor).OfType<ServiceDescriptor>()];

    sealed class Index
    {
        public Index(IReadOnlyList<ServiceDescriptor> services)
        {
            Services = services;
            foreach (var service in services) Add(service.File);
            Extensions = Files.Values.SelectMany(SymbolWalk.Extensions).ToLookup(extension => extension.ExtendeeType.FullName, StringComparer.Ordinal);
        }

        public IReadOnlyList<ServiceDescriptor> Services { get; }

        public Dictionary<string, FileDescriptor> Files { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, FileDescriptor> Symbols { get; } = new(StringComparer.Ordinal);

        public ILookup<string, FieldDescriptor> Extensions { get; }

        void Add(FileDescriptor file)
        {
            if (!Files.TryAdd(file.Name, file)) return;
            foreach (var symbol in SymbolWalk.Symbols(file)) Symbols.TryAdd(symbol, file);
            foreach (var import in file.Dependencies) Add(import);
        }
    }
}
