using System;
using System.Collections.Generic;

namespace Shop
{
    public class Client
    {
        private const string ApiKey = "@KEY@";

        public Dictionary<string, string> Headers()
        {
            return new Dictionary<string, string> { { "Authorization", "Bearer " + ApiKey } };
        }

        public static void Main()
        {
            foreach (var pair in new Client().Headers()) Console.WriteLine(pair.Key + ": " + pair.Value);
        }
    }
}
