using System;
using System.Linq;

class Fields
{
    static readonly string[] Headers =
    {
        "Accept: application/json",
        "Authorization: Bearer @KEY@",
    };

    readonly string key;

    Fields(string key)
    {
        this.key = key;
    }

    static void Main()
    {
        var fields = new Fields(key: "@KEY@");
        Console.WriteLine(string.Join("|", Headers.Select(header => header.Trim())) + fields.key);
    }
}
