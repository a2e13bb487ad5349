package nlp
import ("testing";"fmt";"syscall";"time";"chaping")
func cpu() time.Duration { var r syscall.Rusage; syscall.Getrusage(0,&r); return time.Duration(r.Utime.Nano()+r.Stime.Nano()) }
func TestZCPU(t *testing.T){
 rows:=shoppingReviews(t)
 a0:=cpu(); d,_:=ShippedDictionary(); _,_=NewMiner(d); ld:=cpu()-a0
 d=thousandTerms(t); m,err:=NewMiner(d); if err!=nil{t.Fatal(err)}
 var ms []chaping.Mention; n:=0
 best:=time.Hour
 for k:=0;k<12;k++{ a:=cpu(); n=0; for _,r:=range rows{ ms=m.Mine(ms[:0],r[2]); n+=len(ms)}; if x:=cpu()-a;x<best{best=x}}
 g:=time.Hour
 for k:=0;k<12;k++{ a:=cpu(); for _,r:=range rows[:3000]{ m.cut.seg.Cut(r[2],false)}; if x:=cpu()-a;x<g{g=x}}
 mr:=float64(len(rows))/best.Seconds(); gr:=3000/g.Seconds()
 fmt.Printf("load cpu %v; mine %.0f/s mentions %d; gse %.0f/s; ratio %.1f\n",ld,mr,n,gr,mr/gr)
}
