package client_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"

	"chaping/client"
)

// A month: import what a platform has exported, mine it, look at what is worst,
// freeze the sheet that one has looked at, and keep its file.
func Example() {
	ctx := context.Background()
	if err := month(ctx, client.New(os.Getenv("PORTAL"), os.Getenv("TOKEN")), "2026-11", "reviews.csv"); err != nil {
		log.Fatal(err)
	}
}

func month(ctx context.Context, c *client.Client, period, file string) error {
	reviews, err := os.Open(file)
	if err != nil {
		return err
	}
	defer reviews.Close()
	begun, err := c.PostImport(ctx, client.PostImportInput{File: &client.File{Name: file, Content: reviews}, Keyword: "电热水壶"})
	if err != nil {
		return err
	}
	if _, err := c.Wait(ctx, begun); err != nil {
		return err
	}
	if begun, err = c.PostMine(ctx, client.PostMineInput{Period: period}); err != nil {
		return err
	}
	if _, err := c.Wait(ctx, begun); err != nil {
		return err
	}

	page, err := c.GetProducts(ctx, client.GetProductsInput{Period: period, Sort: "-negative", Size: 20})
	if err != nil {
		return err
	}
	for _, p := range page.Products {
		fmt.Println(p.Product.Name, p.NegativeReviews, p.Terms)
	}

	sheet, err := c.GetSheets(ctx, client.GetSheetsInput{Period: period})
	if err != nil {
		return err
	}
	if _, err := c.PostSheetsFreeze(ctx, client.PostSheetsFreezeInput{Period: period, Hash: sheet.Hash}); err != nil {
		return err
	}
	download, err := c.GetSheetsDownload(ctx, client.GetSheetsDownloadInput{Period: period, Version: 1, Format: "xlsx"})
	if err != nil {
		return err
	}
	defer download.Close()
	kept, err := os.Create(download.Name)
	if err != nil {
		return err
	}
	if _, err := io.Copy(kept, download); err != nil {
		return err
	}
	return kept.Close()
}
