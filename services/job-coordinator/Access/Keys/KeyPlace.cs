using Headgate.V1;

namespace Headgate.JobCoordinator.Access.Keys;

/// <summary>A place in a list of keys by name: behind it the next page begins.</summary>
sealed record KeyPlace(string Name, Guid Id)
{
    public static readonly KeyPlace First = new("", Guid.Empty);

    public static KeyPlace Of(ApiKey key) => new(key.Name, Guid.Parse(key.Id));

    /// <summary>Of what <see cref="ToString"/> made; names have no slash.</summary>
    public static KeyPlace Parse(string text) => new(text[..text.IndexOf('/')], Guid.Parse(text[(text.IndexOf('/') + 1)..]));

    public override string ToString() => $"{Name}/{Id}";
}
