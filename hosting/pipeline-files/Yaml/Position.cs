using System.Runtime.InteropServices;
using YamlDotNet.Core;

namespace Headgate.PipelineFiles.Yaml;

/// <summary>A place in a file, from 1; None: the file as a whole.</summary>
[StructLayout(LayoutKind.Auto)]
readonly record struct Position(int Line, int Column)
{
    public static Position None => default;

    public static Position Of(Mark mark) => new((int)mark.Line, (int)mark.Column);
}
