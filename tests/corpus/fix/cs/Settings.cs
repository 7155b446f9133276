using System;

public class Settings
{
    public string Name { get; set; } = "shop";
    public string Secret { get; set; } = "@KEY@"; // it's live

    public static void Main()
    {
        var settings = new Settings();
        Console.WriteLine("{0} {1}", settings.Name, settings.Secret.ToUpperInvariant());
    }
}
