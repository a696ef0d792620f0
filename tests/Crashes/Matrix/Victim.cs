namespace Headgate.Crashes.Tests.Matrix;

/// <summary>Who is killed.</summary>
enum Victim
{
    Worker,
    Coordinator,
}
